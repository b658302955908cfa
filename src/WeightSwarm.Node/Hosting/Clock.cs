using WeightSwarm.Core;

namespace WeightSwarm.Node.Hosting;

/// <summary>Readings of both clocks for the core.</summary>
public sealed class Clock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    /// <summary>Now. The monotonic part starts at a day, so that "long ago" is expressible.</summary>
    public Instant Now => new(
        86_400_000 + (long)time.GetElapsedTime(_start).TotalMilliseconds, time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>For timers.</summary>
    public TimeProvider Time => time;
}
