using System.Text.Json;

namespace WeightSwarm.Benchmarks;

/// <summary>What a benchmark measured, with what it was measured on, to be kept. Names no machine.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Layout = new(JsonSerializerOptions.Web) { WriteIndented = true };

    public static string Today => TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd");

    /// <summary>Its version without what its builder put behind it.</summary>
    public static string Kernel =>
        new([.. File.ReadAllText("/proc/sys/kernel/osrelease").TakeWhile(c => char.IsAsciiDigit(c) || c == '.')]);

    public static void Save(string path, string benchmark, object measured) => File.WriteAllText(
        path,
        JsonSerializer.Serialize(new
        {
            Benchmark = benchmark,
            Date = Today,
            Processors = Environment.ProcessorCount,
            Kernel,
            Measured = measured,
        }, Layout) + "\n");
}
