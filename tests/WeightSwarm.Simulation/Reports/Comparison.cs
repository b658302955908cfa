using System.Globalization;

namespace WeightSwarm.Simulation.Reports;

/// <summary>
/// Two reports side by side, scenario by scenario: the median of every figure and by how much it moved.
/// </summary>
internal static class Comparison
{
    public static int Write(string before, string after, TextWriter output, TextWriter errors)
    {
        foreach (var file in new[] { before, after })
        {
            if (File.Exists(file)) continue;
            errors.WriteLine($"there is no report \"{file}\"; tests/simulate run NAME --json {file} makes one");
            return 2;
        }
        var (old, now) = (JsonReport.Read(before), JsonReport.Read(after));
        foreach (var scenario in old.Select(r => r.Scenario).Intersect(now.Select(r => r.Scenario)))
            WriteScenario(scenario, old, now, output);
        var newlyFailed = now.Where(r => r.Failure is not null &&
            old.Any(o => o.Scenario == r.Scenario && o.Seed == r.Seed && o.Failure is null)).ToList();
        foreach (var result in newlyFailed)
            output.WriteLine($"{result.Scenario} seed {result.Seed} passed before and fails now: {result.Failure}");
        return newlyFailed.Count > 0 ? 1 : 0;
    }

    private static void WriteScenario(string scenario, List<RunResult> old, List<RunResult> now, TextWriter output)
    {
        output.WriteLine($"{scenario}");
        output.WriteLine($"  {"median of",-32}{"before",14}{"after",14}{"change",10}");
        foreach (var name in now.First(r => r.Scenario == scenario).Figures.Keys)
        {
            if (Median(old, scenario, name) is not { } a || Median(now, scenario, name) is not { } b) continue;
            var percent = a == 0 ? 0 : 100 * (b - a) / a;
            var moved = percent.ToString("+0;-0;0", CultureInfo.InvariantCulture) + " %";
            var change = a == b ? "" : a == 0 ? "new" : moved;
            output.WriteLine($"  {name,-32}{a,14}{b,14}{change,10}");
        }
    }

    private static long? Median(List<RunResult> results, string scenario, string name)
    {
        var values = results.Where(r => r.Scenario == scenario && r.Figures.ContainsKey(name))
            .Select(r => r.Figures[name]).Order().ToList();
        return values.Count == 0 ? null : values[values.Count / 2];
    }
}
