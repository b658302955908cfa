using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Tables;

namespace WeightSwarm.Core.Liveness;

/// <summary>
/// Whether this node may trust its wall clock. Tickets and deadlines are times of day; a node whose clock was set, or
/// is far from its peers', releases nothing until that is over. Peers say their time with every pong; a majority
/// decides, so that a single liar cannot.
/// </summary>
public sealed class ClockWatch
{
    private readonly FlatMap<NodeId, long> _ahead = new(salt: 0);
    private long? _offsetMs;

    /// <summary>When (monotonic) the wall clock last jumped; null for never.</summary>
    public long? JumpedMs { get; private set; }

    /// <summary>One reading of the own clocks, at every input; true when the wall clock was set since the last.
    /// </summary>
    public bool Read(Instant now, Pace pace)
    {
        var offset = now.UnixMs - now.MonotonicMs;
        var jumped = _offsetMs is { } before && Math.Abs(offset - before) > pace.ClockSkewMs / 2;
        if (jumped) JumpedMs = now.MonotonicMs;
        _offsetMs = offset;
        return jumped;
    }

    /// <summary>A peer's clock, as its pong said it.</summary>
    public void Heard(NodeId peer, long unixMs, Instant now) => _ahead.At(peer) = unixMs - now.UnixMs;

    /// <summary>The stream to a peer ended.</summary>
    public void Forget(NodeId peer) => _ahead.Remove(peer);

    /// <summary>Why the clock is suspect, in words; null while it is not.</summary>
    public string? WhySuspect(Instant now, Pace pace)
    {
        var off = _ahead.CountWhere(ahead => Math.Abs(ahead) > pace.ClockSkewMs);
        if (2 * off > _ahead.Count) return $"the clocks of {off} of {_ahead.Count} peers differ from its own";
        var restMs = 2 * pace.ReleaseWaitMs;
        return JumpedMs is { } at && now.MonotonicMs - at < restMs ? "its clock was set just now" : null;
    }
}
