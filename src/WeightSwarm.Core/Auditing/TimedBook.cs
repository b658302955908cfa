namespace WeightSwarm.Core.Auditing;

/// <summary>What came of the timed challenges of one copy since this daemon started.</summary>
/// <param name="InTime">Answered rightly and in time.</param>
/// <param name="Slow">Answered rightly and late.</param>
/// <param name="Different">Answered with another hash.</param>
/// <param name="Unclear">Not answered, or not clearly.</param>
/// <param name="WasSlow">Whether the last right answer was late.</param>
public sealed record CopyTimes(int InTime, int Slow, int Different, int Unclear, bool WasSlow)
{
    /// <summary>Nothing came yet.</summary>
    public static CopyTimes None { get; } = new(0, 0, 0, 0, false);
}

/// <summary>
/// What the timed challenges of this node have shown; told to nobody, and no copy counts more or less for it: a slow
/// answer may come from a slow disk, a busy one or a long way. One thread.
/// </summary>
public sealed class TimedBook
{
    private readonly SortedDictionary<CopyKey, CopyTimes> _copies = [];

    /// <summary>Every copy that was asked, ordered.</summary>
    public IReadOnlyDictionary<CopyKey, CopyTimes> Copies => _copies;

    /// <summary>What is known of a copy.</summary>
    public CopyTimes Of(CopyKey copy) => _copies.GetValueOrDefault(copy, CopyTimes.None);

    /// <summary>A challenge ended.</summary>
    public void Enter(CopyKey copy, TimedOutcome outcome)
    {
        var times = Of(copy);
        _copies[copy] = outcome switch
        {
            TimedOutcome.InTime => times with { InTime = times.InTime + 1, WasSlow = false },
            TimedOutcome.Slow => times with { Slow = times.Slow + 1, WasSlow = true },
            TimedOutcome.Different => times with { Different = times.Different + 1 },
            _ => times with { Unclear = times.Unclear + 1 },
        };
    }

    /// <summary>Forgets a copy.</summary>
    public void Forget(CopyKey copy) => _copies.Remove(copy);
}
