using WeightSwarm.Simulation.Reports;

namespace WeightSwarm.Simulation.Churn;

/// <summary>One column for each policy: the median over the seeds, and the most where it differs.</summary>
internal static class ChurnTable
{
    public static void Write(List<RunResult> results, TextWriter output)
    {
        var columns = results.GroupBy(r => r.Scenario).ToList();
        output.WriteLine();
        output.WriteLine($"{"median (most) of " + columns.Max(c => c.Count()) + " seeds",-38}" +
            string.Concat(columns.Select(c => $"{c.Key["churn ".Length..],24}")));
        foreach (var figure in results.SelectMany(r => r.Figures.Keys).Distinct().Order(StringComparer.Ordinal))
            output.WriteLine($"{figure,-38}{string.Concat(columns.Select(c => $"{Cell(c, figure),24}"))}");
    }

    private static string Cell(IEnumerable<RunResult> runs, string figure)
    {
        var values = runs.Select(r => r.Figures[figure]).Order().ToList();
        var median = values[values.Count / 2];
        return values[^1] < 0 ? "-" : median == values[^1] ? $"{median}" : $"{median} ({values[^1]})";
    }
}
