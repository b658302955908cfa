using WeightSwarm.Core.Gossip;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Node.Gossip;

/// <summary>
/// Wakes the core for broadcast when it asked for that, between its ticks. The timer runs only while something waits:
/// a quiet node has none. <see cref="Set"/> is called on the core's thread alone.
/// </summary>
internal sealed class BroadcastTimer : IAsyncDisposable
{
    private static readonly CoreInput.BroadcastDue Due = new();

    private readonly Clock _clock;
    private readonly ITimer _timer;
    private long _setMs = long.MaxValue;

    public BroadcastTimer(Clock clock, SwarmInbox inbox)
    {
        _clock = clock;
        _timer = clock.Time.CreateTimer(
            _ => inbox.Post(Due), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The core wants to be woken then (monotonic milliseconds); <see cref="long.MaxValue"/> for
    /// never.</summary>
    public void Set(long dueMs)
    {
        var nowMs = _clock.Now.MonotonicMs;
        // What was set for a moment that is over has rung, perhaps a little early.
        if (dueMs == _setMs && (_setMs == long.MaxValue || nowMs < _setMs)) return;
        _setMs = dueMs;
        _timer.Change(
            dueMs == long.MaxValue ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(Math.Max(1, dueMs - nowMs)),
            Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();
}
