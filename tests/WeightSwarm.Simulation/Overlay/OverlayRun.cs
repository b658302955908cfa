using System.Diagnostics;
using System.Globalization;
using WeightSwarm.Simulation.Reports;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>
/// overlay [--nodes N] [--seeds A..B] [--only PART] [--json FILE]: the overlay alone, at sizes that a whole core is too
/// big for.
/// </summary>
internal static class OverlayRun
{
    private static string Usage => "usage: tests/simulate overlay [--nodes N] [--seeds A..B] " +
        $"[--only {string.Join('|', PartNames)}] [--json FILE]";

    /// <summary>What can be run alone.</summary>
    public static IEnumerable<string> PartNames => Parts(0).Select(part => part.Part);

    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (OverlayOptions.Parse(args) is not { } options)
        {
            errors.WriteLine(Usage);
            return 2;
        }
        List<RunResult> results = [];
        for (var seed = options.FirstSeed; seed <= options.LastSeed; seed++)
        {
            foreach (var (part, run) in Parts(options.Nodes))
            {
                if (options.Only is { } only && only != part) continue;
                var result = Measure($"overlay-{part}", seed, options.Nodes, figures => run(seed, figures, errors));
                results.Add(result);
                output.WriteLine($"{result.Scenario} seed {seed}: {result.Failure ?? "done"}, {result.RealMs} ms");
            }
        }
        Table.Write(results, output);
        if (options.JsonFile is { } file) JsonReport.Write(results, file);
        return results.Any(r => r.Failure is not null) ? 1 : 0;
    }

    private static IEnumerable<(string Part, Action<ulong, SortedDictionary<string, long>, TextWriter> Run)> Parts(
        int nodes) =>
    [
        ("spread", (seed, figures, progress) => SpreadTrial.Run(seed, nodes, 30, figures, progress)),
        ("crash", (seed, figures, progress) => SpreadTrial.Run(seed, nodes, 50, figures, progress)),
        ("heal", (seed, figures, progress) => HealTrial.Run(seed, nodes, figures, progress)),
        ("join", (seed, figures, progress) => JoinTrial.Run(seed, nodes, false, figures, progress)),
        ("join-renewed", (seed, figures, progress) => JoinTrial.Run(seed, nodes, true, figures, progress)),
        ("join-parted", (seed, figures, progress) =>
            JoinTrial.Run(seed, nodes, true, figures, progress, buckets: 17)),
        ("leases", (seed, figures, progress) => LeaseTrial.Run(seed, nodes, figures, progress)),
        ("traffic", (seed, figures, progress) => TrafficTrial.Run(seed, nodes, figures, progress)),
        ("state", (seed, figures, _) => StateTrial.Run(seed, nodes, figures)),
        ("reconcile", (seed, figures, _) => ReconcileTrial.Run(seed, nodes, figures)),
    ];

    private static RunResult Measure(
        string name, ulong seed, int nodes, Action<SortedDictionary<string, long>> run)
    {
        var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var figures = new SortedDictionary<string, long>(StringComparer.Ordinal);
        string? failure = null;
        try
        {
            run(figures);
        }
        catch (ScenarioFailedException broken)
        {
            failure = broken.Message;
        }
        return new RunResult(name, seed, nodes, failure, new string('0', 64), 0, watch.ElapsedMilliseconds,
            (long)(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds, 0, Runner.PeakMiB(), figures);
    }
}

/// <summary>The options of overlay.</summary>
internal sealed record OverlayOptions(ulong FirstSeed, ulong LastSeed, int Nodes, string? Only, string? JsonFile)
{
    public static OverlayOptions? Parse(string[] args)
    {
        var options = new OverlayOptions(1, 1, 100, null, null);
        for (var i = 0; i + 1 < args.Length; i += 2)
        {
            var value = args[i + 1];
            if (args[i] == "--nodes" && int.TryParse(value, CultureInfo.InvariantCulture, out var nodes) &&
                nodes is >= 10 and <= 1_000_000) options = options with { Nodes = nodes };
            else if (args[i] == "--seeds" && RunOptions.TrySeeds(value, out var first, out var last))
                options = options with { FirstSeed = first, LastSeed = last };
            else if (args[i] == "--only" && OverlayRun.PartNames.Contains(value))
                options = options with { Only = value };
            else if (args[i] == "--json" && value.Length > 0) options = options with { JsonFile = value };
            else return null;
        }
        return args.Length % 2 == 0 ? options : null;
    }
}
