using WeightSwarm.Core;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// The two clocks of one host. One crystal drives both; the wall clock may be set besides. While the host sleeps the
/// monotonic clock stands still, as Linux's CLOCK_MONOTONIC does, unless it counts sleep too, as CLOCK_BOOTTIME does.
/// </summary>
internal sealed class SimClock
{
    private const long Million = 1_000_000;

    private long _sinceMs, _monotonicMs, _unixMs = SimWorld.EpochUnixMs;
    private long? _asleepMs;

    /// <summary>How much faster than true time it runs, millionths.</summary>
    public long FastByPpm { get; private set; }

    public Instant At(long nowMs)
    {
        var passed = Passed(nowMs);
        return new Instant(_monotonicMs + passed, _unixMs + passed);
    }

    /// <summary>The first true time at which the monotonic clock shows so much.</summary>
    public long TrueMs(long monotonicMs)
    {
        var wanted = Math.Max(0, monotonicMs - _monotonicMs);
        return _sinceMs + (FastByPpm == 0 ? wanted
            : (long)(((Int128)wanted * Million + Million + FastByPpm - 1) / (Million + FastByPpm)));
    }

    /// <summary>The host starts: its monotonic clock begins somewhere.</summary>
    public void Boot(long nowMs, long monotonicMs)
    {
        Settle(nowMs);
        _monotonicMs = monotonicMs;
    }

    /// <summary>The wall clock is set forward or back.</summary>
    public void Jump(long nowMs, long byMs)
    {
        Settle(nowMs);
        _unixMs += byMs;
    }

    /// <summary>The wall clock is set right.</summary>
    public void SetRight(long nowMs)
    {
        Settle(nowMs);
        _unixMs = SimWorld.EpochUnixMs + nowMs;
    }

    public void Drift(long nowMs, long fastByPpm)
    {
        Settle(nowMs);
        FastByPpm = fastByPpm;
    }

    public void Sleep(long nowMs)
    {
        Settle(nowMs);
        _asleepMs = nowMs;
    }

    public void WakeUp(long nowMs, bool countsSleep)
    {
        if (_asleepMs is not { } since) return;
        _asleepMs = null;
        _unixMs += nowMs - since;
        if (countsSleep) _monotonicMs += nowMs - since;
        _sinceMs = nowMs;
    }

    private long Passed(long nowMs)
    {
        var passed = nowMs - _sinceMs;
        if (_asleepMs is not null) return 0;
        return FastByPpm == 0 ? passed : (long)((Int128)passed * (Million + FastByPpm) / Million);
    }

    private void Settle(long nowMs)
    {
        var passed = Passed(nowMs);
        (_monotonicMs, _unixMs, _sinceMs) = (_monotonicMs + passed, _unixMs + passed, nowMs);
    }
}
