using WeightSwarm.Core.Liveness;

namespace WeightSwarm.Core;

/// <summary>Whether this node may believe what it sees: it may have just started, or slept, or be too slow.</summary>
public sealed partial class SwarmCore
{
    private readonly LocalHealth _health = new();

    /// <summary>Local health, 0 (well) to 8.</summary>
    public int Health => _health.At(Now, Pace);

    /// <summary>Why this node doubts itself, in words; null while it does not.</summary>
    public string? WhySick => IsSick(Now)
        ? $"local health is {Health} of 8, for {_health.Reason}: it accuses nobody, takes nothing and gives nothing up"
        : null;

    /// <summary>
    /// Until when (monotonic) this node judges nobody: for a while after its start, and after its wall clock went on
    /// without it, as it does when a machine sleeps.
    /// </summary>
    private long QuietUntilMs => Math.Max(_startedMs, _clock.JumpedMs ?? _startedMs) + Pace.StartupQuietMs;

    private bool IsSick(Instant now) => _health.At(now, Pace) >= LocalHealth.Sick;

    /// <summary>Everything that doubts with this node takes over how well it is.</summary>
    private void Feel(Instant now)
    {
        Listen(now);
        _replication.Health = _watch.Health = _health.At(now, Pace);
    }

    private void Listen(Instant now)
    {
        var (reached, watched) = _watch.Reach(now, Pace);
        _health.Heard(reached, watched, now, Pace);
    }
}
