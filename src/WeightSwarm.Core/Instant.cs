namespace WeightSwarm.Core;

/// <summary>
/// One reading of both clocks. Timers and grace periods run on <see cref="MonotonicMs"/>; <see cref="UnixMs"/> is used
/// only inside signed records and in what people read.
/// </summary>
/// <param name="MonotonicMs">Milliseconds on a clock that never goes back and has no meaning between machines.</param>
/// <param name="UnixMs">Milliseconds since 1970-01-01 UTC by the machine's wall clock, which may jump.</param>
public readonly record struct Instant(long MonotonicMs, long UnixMs)
{
    /// <summary>The reading <paramref name="ms"/> milliseconds later, on both clocks.</summary>
    public Instant Plus(long ms) => new(MonotonicMs + ms, UnixMs + ms);

    /// <summary>Milliseconds from <paramref name="earlier"/> to this reading, monotonic.</summary>
    public long Since(Instant earlier) => MonotonicMs - earlier.MonotonicMs;
}
