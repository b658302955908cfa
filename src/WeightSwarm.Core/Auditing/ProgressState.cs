using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Core.Auditing;

/// <summary>
/// Asks claimants to show the progress that they tell of: one leaf of what is new since they last showed one, once half
/// of the patience with the claim is over, and not twice within a quarter. A leaf that is shown buys the patience that
/// the word alone buys of nodes that do not ask. No answer buys nothing and costs nothing. A wrong one, or two denials,
/// and the claim does not count here. Nothing of it is told to anybody. Source: gossip-planner sections 3.3 (note 1)
/// and 3.4, Lemma 3.
/// </summary>
internal sealed class ProgressState(Outbox outbox, SwarmViewBuilder views, ReadOnlyMemory<byte> secret)
{
    private const int MostAtOnce = 16, MostOfOne = 4, MostDoublings = 10, ProofBytes = 17_400, BytesPerSecond = 50_000;

    private readonly SortedDictionary<CopyKey, Asked> _asked = [];
    private readonly SortedDictionary<NodeId, Claimant> _claimants = [];
    private readonly SortedDictionary<CopyKey, Next> _next = [];
    private ImmutableArray<ClaimDoubt> _doubts = [];

    /// <param name="AskedMs">When it was last asked.</param>
    /// <param name="Open">Challenges that it has not answered yet.</param>
    /// <param name="Shows">It answered the last one with a leaf.</param>
    private readonly record struct Claimant(long AskedMs, int Open, bool Shows);

    private sealed record Asked(Nonce Nonce, PartMap Parts, long SaidAtMs, long AgainMs);

    /// <param name="AgainMs">It is not asked again before then.</param>
    /// <param name="Tries">So often it was asked in vain.</param>
    /// <param name="Denials">So often it said that it does not have what its claim says.</param>
    private readonly record struct Next(long AgainMs, int Tries, int Denials);

    /// <summary>Challenges since the start, and those of them that were answered with the leaf.</summary>
    public (long Challenges, long Shown) Count { get; private set; }

    /// <summary>These claims are asked for proof from now on, and no others.</summary>
    public void Doubt(ImmutableArray<ClaimDoubt> doubts, Instant now)
    {
        _doubts = doubts;
        if (doubts.IsEmpty && _next.Count == 0) return;
        foreach (var doubt in doubts) views.Doubt(doubt.Claim, doubt.TtlMs, now);
        foreach (var claim in _next.Keys.Except(doubts.Select(d => d.Claim)).ToList()) _next.Remove(claim);
        foreach (var (claimant, _) in _claimants.Where(c => c.Value.Open == 0)
            .ExceptBy(doubts.Select(d => d.Claim.Holder), c => c.Key).ToList())
            _claimants.Remove(claimant);
    }

    /// <summary>When (monotonic) somebody is to be asked next.</summary>
    public long NextDueMs => _asked.Count >= MostAtOnce ? long.MaxValue
        : _doubts.Select(DueMs).DefaultIfEmpty(long.MaxValue).Min();

    /// <summary>Asks for what is due, those first who were not asked for the longest time.</summary>
    public void Tend(Pace pace, Instant now)
    {
        if (_doubts.IsEmpty || NextDueMs > now.MonotonicMs) return;
        foreach (var doubt in _doubts.OrderBy(d => _claimants.GetValueOrDefault(d.Claim.Holder).AskedMs)
            .ThenBy(DueMs).ToList())
            if (_asked.Count < MostAtOnce && DueMs(doubt) <= now.MonotonicMs)
                Ask(doubt, pace, now);
    }

    /// <summary>A challenge ended.</summary>
    public void Ended(CoreInput.ProgressEnded ended, Pace pace, Instant now)
    {
        if (!_asked.TryGetValue(ended.Claim, out var asked) || asked.Nonce != ended.Nonce) return;
        _asked.Remove(ended.Claim);
        var claimant = _claimants[ended.Claim.Holder];
        _claimants[ended.Claim.Holder] = claimant with
        {
            Open = claimant.Open - 1,
            Shows = ended.Outcome == ReceiptOutcome.Proven,
        };
        if (ended.Outcome == ReceiptOutcome.Proven)
        {
            Count = (Count.Challenges, Count.Shown + 1);
            _next[ended.Claim] = new Next(asked.AgainMs, 0, 0);
            views.Shown(ended.Claim, asked.Parts, asked.SaidAtMs, now);
        }
        else if (views.TryOf(ended.Claim) is { Open: true }) NotShown(ended, pace, now);
    }

    /// <summary>It is asked again after a minute, two, four and so on. Whoever takes its claim back while it is asked
    /// may deny rightly: one denial is none.</summary>
    private void NotShown(CoreInput.ProgressEnded ended, Pace pace, Instant now)
    {
        var (_, tries, denials) = _next.GetValueOrDefault(ended.Claim);
        if (ended.Outcome == ReceiptOutcome.NotHeld) denials++;
        var gapMs = pace.PlanMs << Math.Min(tries, MostDoublings);
        _next[ended.Claim] = new Next(now.MonotonicMs + gapMs, tries + 1, denials);
        if (ended.Outcome == ReceiptOutcome.Failed || denials > 1) views.Disproved(ended.Claim);
        else views.NotShown(ended.Claim);
    }

    /// <summary>Who answers may be asked for some things at once; who does not keeps others waiting.</summary>
    private static bool IsBusy(Claimant claimant) => claimant.Open >= (claimant.Shows ? MostOfOne : 1);

    private long DueMs(ClaimDoubt doubt)
    {
        var claim = doubt.Claim;
        if (_asked.ContainsKey(claim) || IsBusy(_claimants.GetValueOrDefault(claim.Holder)) ||
            views.TryOf(claim) is not { IsToShow: true } once) return long.MaxValue;
        return Math.Max(once.BelievedAtMs + doubt.TtlMs / 2, _next.GetValueOrDefault(claim).AgainMs);
    }

    private void Ask(ClaimDoubt doubt, Pace pace, Instant now)
    {
        var claim = doubt.Claim;
        var once = views.TryOf(claim)!.Value;
        // Of an attempt that no audit, no release and no timed challenge of this node has.
        var nonce = Nonce.Derive(secret.Span, long.MaxValue - now.UnixMs, claim.Model, claim.Slice, claim.Holder);
        _asked.Add(claim, new Asked(nonce, once.Unshown, once.BestAtMs, now.MonotonicMs + doubt.TtlMs / 4));
        var claimant = _claimants.GetValueOrDefault(claim.Holder);
        _claimants[claim.Holder] = claimant with { AskedMs = now.MonotonicMs, Open = claimant.Open + 1 };
        Count = (Count.Challenges + 1, Count.Shown);
        outbox.Add(new CoreOutput.AskProgress(
            claim, nonce, once.Unshown, pace.AuditPatienceMs + 1000L * ProofBytes / BytesPerSecond));
    }
}
