namespace WeightSwarm.Tests.Node.Scrub;

/// <summary>
/// Virtual time for one loop that waits for nothing else: a timer is due as soon as it is set, and time jumps there.
/// From a given moment on it stands still.
/// </summary>
internal sealed class JumpingTime(long unixMs) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<StoppedTimer> _stopped = [];
    private long _now = unixMs;
    private long _end = unixMs;
    private TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Asked before every jump: whether to stand still already.</summary>
    public Func<bool> StopWhen { get; set; } = () => false;

    public long UnixMs
    {
        get { lock (_lock) return _now; }
    }

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => UnixMs;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(UnixMs);

    /// <summary>Something takes so long.</summary>
    public void Take(long ms)
    {
        lock (_lock) _now += ms;
    }

    /// <summary>Lets so much time pass; done when it has.</summary>
    public Task RunAsync(long ms)
    {
        List<StoppedTimer> stopped;
        lock (_lock)
        {
            _end = _now + ms;
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            stopped = [.. _stopped];
            _stopped.Clear();
        }
        foreach (var timer in stopped) Set(timer);
        return _reached.Task;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new StoppedTimer(callback, state, (long)dueTime.TotalMilliseconds);
        if (dueTime >= TimeSpan.Zero) Set(timer);
        return timer;
    }

    private void Set(StoppedTimer timer)
    {
        lock (_lock)
        {
            if (_now >= _end || StopWhen())
            {
                _stopped.Add(timer);
                _reached.TrySetResult();
                return;
            }
            _now += Math.Max(1, timer.DueMs);
        }
        ThreadPool.QueueUserWorkItem(_ => timer.Fire());
    }

    private sealed class StoppedTimer(TimerCallback callback, object? state, long dueMs) : ITimer
    {
        private volatile bool _disposed;

        public long DueMs => dueMs;

        public void Fire()
        {
            if (!_disposed) callback(state);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => !_disposed;

        public void Dispose() => _disposed = true;

        public ValueTask DisposeAsync()
        {
            _disposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
