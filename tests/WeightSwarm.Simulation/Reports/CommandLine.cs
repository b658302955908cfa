using System.Globalization;
using WeightSwarm.Simulation.Churn;
using WeightSwarm.Simulation.Durability;
using WeightSwarm.Simulation.Fuzz;
using WeightSwarm.Simulation.Overlay;
using WeightSwarm.Simulation.Proofs;
using WeightSwarm.Simulation.Scenarios;
using WeightSwarm.Simulation.Trims;

namespace WeightSwarm.Simulation.Reports;

/// <summary>
/// list | run NAME [--seeds A..B] [--nodes N] [--for SECONDS] [--jobs N] [--json FILE] [--trace] [--literal] |
/// compare A.json B.json | overlay [--nodes N] | churn [--setting NAME] | durability [--seeds A..B] |
/// trims [--trials N] | proofs [--trials N] | fuzz [--inputs N]
/// </summary>
internal static class CommandLine
{
    private const string Usage = """
        usage: tests/simulate list
               tests/simulate run NAME|gossip|planner|all [--seeds A..B] [--nodes N] [--for SECONDS] [--jobs N]
                              [--json FILE] [--trace] [--literal]
               tests/simulate compare A.json B.json
               tests/simulate overlay [--nodes N] [--seeds A..B] [--only PART] [--json FILE]
               tests/simulate churn [--seeds A..B] [--nodes N] [--slices S] [--days D] [--policy NAME]
                              [--setting steady|harsh|outage|lose30] [--jobs N] [--json FILE]
               tests/simulate durability [--seeds A..B] [--jobs N]
               tests/simulate trims [--trials N] [--seed S]
               tests/simulate proofs [--trials N] [--seed S]
               tests/simulate fuzz [--inputs N] [--seed S] [--only TARGET]
        """;

    /// <summary>0: all is well; 1: a run failed, or a figure became worse; 2: the command line is wrong.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        switch (args)
        {
            case ["list"]:
                foreach (var scenario in ScenarioList.All)
                    output.WriteLine($"{scenario.Name,-14} {scenario.DefaultNodes,4} nodes  {scenario.Story}");
                return 0;
            case ["run", var name, .. var options]:
                return RunOptions.Parse(options, out var problem) is { } parsed
                    ? RunAll(name, parsed, output, errors)
                    : Complain(errors, problem);
            case ["compare", var before, var after]:
                return Comparison.Write(before, after, output, errors);
            case ["overlay", .. var options]:
                return OverlayRun.Run(options, output, errors);
            case ["churn", .. var options]:
                return ChurnRun.Run(options, output, errors);
            case ["durability", .. var options]:
                return DurabilityRun.Run(options, output, errors);
            case ["trims", .. var options]:
                return TrimRun.Run(options, output, errors);
            case ["proofs", .. var options]:
                return ProofRun.Run(options, output, errors);
            case ["fuzz", .. var options]:
                return FuzzRun.Run(options, output, errors);
            default:
                return Complain(errors, "");
        }
    }

    private static int Complain(TextWriter errors, string problem)
    {
        if (problem.Length > 0) errors.WriteLine(problem);
        errors.WriteLine(Usage);
        return 2;
    }

    private static int RunAll(string name, RunOptions options, TextWriter output, TextWriter errors)
    {
        var chosen = ScenarioList.Named(name);
        if (chosen.Count == 0)
            return Complain(errors, $"there is no scenario \"{name}\"; tests/simulate list names them");
        var runs = chosen.SelectMany(scenario => Seeds(options).Select(seed => (Scenario: scenario, Seed: seed)));
        // Each has a world of its own; only what is told goes one after the other, and in order.
        var results = runs.AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .WithDegreeOfParallelism(options.Jobs)
            .Select(run => Runner.Run(
                run.Scenario, run.Seed, options.Nodes, options.Trace ? errors : null, options.Literal,
                options.Seconds))
            .AsEnumerable().Select(result => Tell(result, options, output, errors)).ToList();
        Table.Write(results, output);
        if (options.JsonFile is { } file) JsonReport.Write(results, file);
        return results.Any(r => r.Failure is not null) ? 1 : 0;
    }

    private static IEnumerable<ulong> Seeds(RunOptions options)
    {
        for (var seed = options.FirstSeed; seed <= options.LastSeed; seed++) yield return seed;
    }

    private static RunResult Tell(RunResult result, RunOptions options, TextWriter output, TextWriter errors)
    {
        var speed = (result.SimulatedMs / Math.Max(1, result.CpuMs)).ToString(CultureInfo.InvariantCulture);
        output.WriteLine($"{result.Scenario} seed {result.Seed}: {(result.Failure is null ? "passed" : "FAILED")}, " +
            $"{result.SimulatedMs / 1000} s simulated in {result.RealMs} ms, " +
            $"processor {result.CpuMs} ms ({speed} x), planner {result.PlannerMs} ms, {result.PeakMiB} MiB, " +
            $"log {result.LogHash[..16]}");
        if (result.Failure is null) return result;
        var nodes = options.Nodes is { } n ? $" --nodes {n}" : "";
        errors.WriteLine($"  {result.Failure}");
        errors.WriteLine($"  replay: tests/simulate run {result.Scenario} --seeds {result.Seed}..{result.Seed}{nodes}");
        return result;
    }
}

/// <summary>The options of run.</summary>
internal sealed record RunOptions(
    ulong FirstSeed, ulong LastSeed, int? Nodes, int Jobs, string? JsonFile, bool Trace, bool Literal,
    long? Seconds = null)
{
    public static RunOptions? Parse(string[] args, out string problem)
    {
        var options = new RunOptions(1, 1, null, Jobs: 1, null, Trace: false, Literal: false);
        problem = "";
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : "";
            switch (args[i])
            {
                case "--literal": options = options with { Literal = true }; continue;
                case "--trace": options = options with { Trace = true }; continue;
                case "--seeds" when TrySeeds(value, out var first, out var last):
                    options = options with { FirstSeed = first, LastSeed = last };
                    break;
                case "--nodes" when int.TryParse(value, CultureInfo.InvariantCulture, out var nodes) &&
                    nodes is >= 1 and <= 16_384:
                    options = options with { Nodes = nodes };
                    break;
                case "--jobs" when int.TryParse(value, CultureInfo.InvariantCulture, out var jobs) &&
                    jobs is >= 1 and <= 64:
                    options = options with { Jobs = jobs };
                    break;
                case "--for" when long.TryParse(value, CultureInfo.InvariantCulture, out var seconds) &&
                    seconds is >= 1 and <= 1_000_000_000:
                    options = options with { Seconds = seconds };
                    break;
                case "--json" when value.Length > 0: options = options with { JsonFile = value }; break;
                default:
                    problem = $"cannot read \"{args[i]} {value}\"";
                    return null;
            }
            i++;
        }
        return options;
    }

    internal static bool TrySeeds(string text, out ulong first, out ulong last)
    {
        var parts = text.Split("..");
        last = 0;
        return ulong.TryParse(parts[0], CultureInfo.InvariantCulture, out first) && parts.Length <= 2 &&
            ulong.TryParse(parts[^1], CultureInfo.InvariantCulture, out last) && first <= last;
    }
}
