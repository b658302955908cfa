using System.Diagnostics;
using System.Globalization;
using WeightSwarm.Simulation.Reports;

namespace WeightSwarm.Simulation.Churn;

/// <summary>
/// churn [options]: how a catalogue fares among machines that come, go and die, under the rules of the daemon and under
/// simple ones, with the same machines for each.
/// </summary>
internal static class ChurnRun
{
    private const string Usage =
        "usage: tests/simulate churn [--seeds A..B] [--nodes N] [--slices S] [--days D] " +
        "[--setting steady|harsh|outage|lose30] [--policy ours|at-once|by-free-space|all] [--jobs N] [--json FILE]";

    public static readonly IReadOnlyList<(string Name, Func<ChurnWorld, ChurnPolicy> Make)> Policies =
    [
        ("ours", world => new OwnPolicy(world)),
        ("at-once", world => new EagerPolicy(world)),
        ("by-free-space", world => new FreeSpacePolicy(world)),
    ];

    /// <summary>0: no slice lost by our rules but at one blow; 1: one was; 2: wrong arguments.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (ChurnOptions.Parse(args) is not { } options)
        {
            errors.WriteLine(Usage);
            return 2;
        }
        var runs = Seeds(options).SelectMany(seed => Policies
            .Where(p => options.Policy == "all" || options.Policy == p.Name)
            .Select(policy => (Seed: seed, Policy: policy)));
        var results = runs.AsParallel().AsOrdered().WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .WithDegreeOfParallelism(options.Jobs)
            .Select(run => Measure(options.Setting, run.Seed, run.Policy.Name, run.Policy.Make))
            .AsEnumerable().Select(result => Tell(result, output)).ToList();
        ChurnTable.Write(results, output);
        if (options.JsonFile is { } file) JsonReport.Write(results, file);
        return results.Exists(r => r.Failure is not null) ? 1 : 0;
    }

    private static IEnumerable<ulong> Seeds(ChurnOptions options)
    {
        for (var seed = options.FirstSeed; seed <= options.LastSeed; seed++) yield return seed;
    }

    private static RunResult Tell(RunResult result, TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{result.Scenario} seed {result.Seed}: {result.Failure ?? "done"}, {result.RealMs / 1000} s, " +
            $"{result.Figures["events"]} events, {result.PeakMiB} MiB"));
        output.Flush();
        return result;
    }

    /// <summary>One policy, one seed.</summary>
    public static RunResult Measure(
        ChurnSetting setting, ulong seed, string policy, Func<ChurnWorld, ChurnPolicy> make)
    {
        var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var world = new ChurnWorld(setting, seed, make);
        var begin = ChurnReport.FillOf(world);
        world.Run();
        var figures = ChurnReport.Of(world, begin);
        var lost = world.Figures.Lost - world.Figures.LostAtOnce;
        var failure = policy == "ours" && lost > 0 ? $"{lost} slices lost" : null;
        return new RunResult(
            $"churn {setting.Story.ToString().ToLowerInvariant()} {policy}", seed, setting.Nodes, failure,
            new string('0', 64), world.NowMs, watch.ElapsedMilliseconds,
            (long)(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds, 0, Runner.PeakMiB(), figures);
    }
}

/// <summary>The options of churn.</summary>
internal sealed record ChurnOptions(
    ulong FirstSeed, ulong LastSeed, ChurnSetting Setting, string Policy, int Jobs, string? JsonFile)
{
    public static ChurnOptions? Parse(string[] args)
    {
        var options = new ChurnOptions(1, 1, new ChurnSetting(), "all", 1, null);
        for (var i = 0; i + 1 < args.Length; i += 2)
            if (options.With(args[i], args[i + 1]) is { } next) options = next;
            else return null;
        return args.Length % 2 == 0 ? options : null;
    }

    private ChurnOptions? With(string name, string value) => name switch
    {
        "--seeds" => RunOptions.TrySeeds(value, out var first, out var last)
            ? this with { FirstSeed = first, LastSeed = last } : null,
        "--nodes" => Number(value, 20, 100_000) is { } n ? this with { Setting = Setting with { Nodes = n } } : null,
        "--slices" => Number(value, 1, 10_000_000) is { } s
            ? this with { Setting = Setting with { Slices = s } } : null,
        "--days" => Number(value, 1, 36_500) is { } d ? this with { Setting = Setting with { Days = d } } : null,
        "--setting" => ChurnSetting.StoryNamed(value) is { } story
            ? this with { Setting = Setting with { Story = story } } : null,
        "--policy" => value == "all" || ChurnRun.Policies.Any(p => p.Name == value)
            ? this with { Policy = value } : null,
        "--jobs" => Number(value, 1, 64) is { } jobs ? this with { Jobs = jobs } : null,
        "--json" => value.Length > 0 ? this with { JsonFile = value } : null,
        _ => null,
    };

    private static int? Number(string text, int least, int most) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number : null;
}
