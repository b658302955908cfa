using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Liveness;

/// <summary>
/// How far this node may trust its own senses, 0 (well) to 8, after Lifeguard (Dadgar, Phillips and Currey, 2017): a
/// node that is slow finds everybody else silent. Being late, or hearing less than half of those that it watches, adds;
/// a probe period without either takes one away. Every patience is multiplied by one more than the score, and from
/// <see cref="Sick"/> on the node accuses nobody, takes nothing and gives nothing up.
/// </summary>
public sealed class LocalHealth
{
    /// <summary>From this score on the node doubts itself.</summary>
    public const int Sick = 3;

    private const int Worst = 8;

    /// <summary>Of fewer than so many, the silence of most is more likely their own.</summary>
    private const int FewestWatched = 4;

    private int _score;
    private long _scoredMs = long.MinValue;
    private long? _deafSinceMs;

    /// <summary>Why it is not 0, in words, as of the last evidence.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>It hears too few: whatever it hears next may change that.</summary>
    public bool IsDeaf => _deafSinceMs is not null;

    /// <summary>The score at a time, 0 to 8.</summary>
    public int At(Instant now, Pace pace) => Math.Min(Worst, Faded(now, pace) + Deafness(now, pace));

    /// <summary>The loop that drives this node was so late.</summary>
    public void Lagged(long byMs, Instant now, Pace pace)
    {
        if (byMs < pace.LagMs) return;
        Reason = $"it was {byMs} ms late to its own work";
        Raise((int)Math.Min(Worst, 1 + byMs / (5 * pace.LagMs)), now, pace);
    }

    /// <summary>How many of those that it watches this node hears. To be told whenever that may have changed.</summary>
    public void Heard(int reached, int watched, Instant now, Pace pace)
    {
        var deaf = watched >= FewestWatched && 2 * reached < watched;
        if (deaf == _deafSinceMs is not null) return;
        if (deaf)
        {
            _deafSinceMs = now.MonotonicMs;
            Reason = $"it hears {reached} of the {watched} nodes that it watches";
            return;
        }
        var deafness = Deafness(now, pace);
        _deafSinceMs = null;
        Raise(deafness, now, pace);
    }

    /// <summary>When (monotonic) the score changes next by itself.</summary>
    public long NextDueMs(Instant now, Pace pace)
    {
        var due = long.MaxValue;
        if (Faded(now, pace) > 0) due = Next(_scoredMs, now, pace);
        if (_deafSinceMs is { } since && Deafness(now, pace) < Worst) due = Math.Min(due, Next(since, now, pace));
        return due;
    }

    private static long Next(long fromMs, Instant now, Pace pace) =>
        fromMs + ((now.MonotonicMs - fromMs) / pace.ProbeMs + 1) * pace.ProbeMs;

    private int Faded(Instant now, Pace pace) =>
        _score == 0 ? 0 : (int)Math.Max(0, _score - (now.MonotonicMs - _scoredMs) / pace.ProbeMs);

    private int Deafness(Instant now, Pace pace) => _deafSinceMs is { } since
        ? (int)Math.Min(Worst, 1 + (now.MonotonicMs - since) / pace.ProbeMs) : 0;

    private void Raise(int by, Instant now, Pace pace) =>
        (_score, _scoredMs) = (Math.Min(Worst, Faded(now, pace) + by), now.MonotonicMs);
}
