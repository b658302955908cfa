namespace WeightSwarm.Simulation.Reports;

/// <summary>The figures of many seeds as people read them: least, median, most.</summary>
internal static class Table
{
    public static void Write(IReadOnlyList<RunResult> results, TextWriter output)
    {
        foreach (var scenario in results.GroupBy(r => r.Scenario))
        {
            var failed = scenario.Count(r => r.Failure is not null);
            output.WriteLine();
            output.WriteLine($"{scenario.Key}: {scenario.Count()} seeds, {failed} failed");
            output.WriteLine($"  {"figure",-32}{"least",14}{"median",14}{"most",14}");
            foreach (var name in scenario.SelectMany(r => r.Figures.Keys).Distinct().Order(StringComparer.Ordinal))
            {
                var told = scenario.Where(r => r.Figures.ContainsKey(name));
                var values = told.Select(r => r.Figures[name]).Order().ToList();
                output.WriteLine($"  {name,-32}{values[0],14}{values[values.Count / 2],14}{values[^1],14}");
            }
        }
    }
}
