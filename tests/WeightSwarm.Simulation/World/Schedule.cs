namespace WeightSwarm.Simulation.World;

/// <summary>
/// Virtual time: what is to happen when. Things due at the same moment happen in the order they were planned.
/// </summary>
internal sealed class Schedule
{
    private readonly PriorityQueue<Action, (long AtMs, long Order)> _queue = new();
    private long _order;

    /// <summary>Milliseconds since the beginning of the world.</summary>
    public long NowMs { get; private set; }

    public void In(long ms, Action action) => _queue.Enqueue(action, (NowMs + Math.Max(0, ms), _order++));

    /// <summary>
    /// Runs the next thing that is due by then; false, with the time set to then, when there is none.
    /// </summary>
    public bool Step(long untilMs)
    {
        if (!_queue.TryPeek(out _, out var when) || when.AtMs > untilMs)
        {
            NowMs = Math.Max(NowMs, untilMs);
            return false;
        }
        var action = _queue.Dequeue();
        NowMs = when.AtMs;
        action();
        return true;
    }
}
