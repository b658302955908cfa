namespace WeightSwarm.Benchmarks;

/// <summary>What one run took.</summary>
/// <param name="Seconds">By the wall clock.</param>
/// <param name="CpuSeconds">Of all threads and child processes.</param>
internal readonly record struct Cost(double Seconds, double CpuSeconds)
{
    public static Cost operator +(Cost a, Cost b) => new(a.Seconds + b.Seconds, a.CpuSeconds + b.CpuSeconds);

    /// <summary>The middle one of some values, or the mean of the middle two.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
