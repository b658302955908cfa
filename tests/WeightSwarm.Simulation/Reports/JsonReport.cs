using System.Text.Json;

namespace WeightSwarm.Simulation.Reports;

/// <summary>Results as a file that another run can be compared with.</summary>
internal static class JsonReport
{
    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true };

    public static void Write(IReadOnlyList<RunResult> results, string file) =>
        File.WriteAllText(file, JsonSerializer.Serialize(results, Options) + "\n");

    public static List<RunResult> Read(string file) =>
        JsonSerializer.Deserialize<List<RunResult>>(File.ReadAllText(file), Options) ?? [];
}
