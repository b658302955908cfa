namespace WeightSwarm.Simulation.Churn;

internal enum ChurnEvent : byte
{
    On, Off, Death, Notice, Border, Lease, Chunk, Pass, Look, Trim, Release, Hour, Story, StoryEnds,
}

/// <summary>What happens at a moment, and to which node, slice or transfer.</summary>
internal readonly record struct ChurnHappening(ChurnEvent What, int Which, int Spell, object? Thing);

/// <summary>Everything that is to happen, in order; what falls together happens in the order in which it was
/// planned.</summary>
internal sealed class ChurnQueue
{
    private readonly PriorityQueue<ChurnHappening, (long AtMs, long Number)> _queue = new();
    private long _number;

    public long Count => _number;

    public void At(long ms, ChurnEvent what, int which, int spell = 0, object? thing = null) =>
        _queue.Enqueue(new ChurnHappening(what, which, spell, thing), (ms, _number++));

    public bool TryNext(out ChurnHappening next, out long ms)
    {
        var any = _queue.TryDequeue(out next, out var at);
        ms = at.AtMs;
        return any;
    }
}
