using WeightSwarm.Core.Records;

namespace WeightSwarm.Core;

/// <summary>
/// Whether another node runs with this node's key: a machine was cloned, or a state folder copied. Each of the two
/// takes the other's words for its own, and what one says of its disk is not so on the other's. They take each other's
/// streams away, too: neither is fit to judge who is silent.
/// </summary>
public sealed partial class SwarmCore
{
    private long? _clonedMs;
    private readonly long _startedUnixMs;
    private long _disownedMs;

    /// <summary>
    /// Why this node takes on nothing, in words: another one speaks with its key. Null while none does. It stands for
    /// the lease of a record after the last sign.
    /// </summary>
    public string? WhyCloned => IsCloned(Now)
        ? "another node runs with this node's key: stop one of the two, and give it a state folder of its own; until " +
          "then neither takes on anything"
        : null;

    private bool IsCloned(Instant now) => _clonedMs is { } at && now.MonotonicMs - at < Pace.LeaseTtlMs;

    /// <summary>Own words with a wrong time, taken out when the clock was set, may come back later.</summary>
    private void Disown(Record record) => _disownedMs = Math.Max(_disownedMs, record.IssuedMs);

    /// <summary>
    /// A record of this key that this run did not make. One of an earlier run, as after a backup was put back, is older
    /// than the start of this one.
    /// </summary>
    private bool IsOfClone(Record record) =>
        record.IssuedMs > Math.Max(_startedUnixMs, _disownedMs);

    /// <summary>Two that take each other's streams away are found silent again and again, and would deny it each
    /// time.</summary>
    private long RefuteGapMs => IsCloned(Now) ? Pace.ReconcileFarMs : Pace.HoldingGapMs;

    private void SeeClone(Instant now) => _clonedMs = now.MonotonicMs;

    private void LookForClone(Instant now)
    {
        if (MayBeCloned) SeeClone(now);
    }

    /// <summary>Two bodies with one number: whichever of them won, one is not this node's.</summary>
    private bool MayBeCloned => _clonedMs is null && _records.Equivocators.Contains(Self);
}
