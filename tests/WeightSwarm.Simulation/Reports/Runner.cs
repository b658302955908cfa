using System.Diagnostics;
using WeightSwarm.Simulation.Scenarios;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Reports;

/// <summary>
/// Runs one scenario with one seed and collects the figures. A literal run ticks every core at every moment and sends
/// every frame as bytes: it takes its time, and its log must be the same.
/// </summary>
internal static class Runner
{
    public static RunResult Run(
        Scenario scenario, ulong seed, int? nodes, TextWriter? trace = null, bool literal = false,
        long? seconds = null)
    {
        var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        var figures = new SortedDictionary<string, long>(StringComparer.Ordinal);
        using var world = scenario.Build(seed, nodes ?? scenario.DefaultNodes, trace);
        world.TicksAlways = world.ThroughBytes = literal;
        world.EndMs = seconds * 1000 ?? long.MaxValue;
        string? failure = null;
        try
        {
            scenario.Run(world, figures);
        }
        catch (ScenarioFailedException broken)
        {
            failure = broken.Message;
        }
        catch (RunOverException)
        {
            // What was asked for; the figures are those of the time that went by.
        }
        Collect(world, figures);
        return new RunResult(scenario.Name, seed, world.Nodes.Length, failure, world.Log.Digest().ToString(),
            world.NowMs, watch.ElapsedMilliseconds,
            (long)(Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds,
            (long)world.Metrics.PlannerTime.TotalMilliseconds, PeakMiB(),
            figures);
    }

    /// <summary>Memory of the process at its largest so far.</summary>
    public static long PeakMiB()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 >> 20;
    }

    private static void Collect(SimWorld world, SortedDictionary<string, long> figures)
    {
        var metrics = world.Metrics;
        var seconds = Math.Max(1, world.NowMs / 1000);
        figures["bytes per node and second"] = metrics.TotalBytes / world.Nodes.Length / seconds;
        figures["bytes per second of the 95th node"] = metrics.BytesOfNode(95) / seconds;
        figures["ticks"] = metrics.Ticks.All;
        figures["plans"] = metrics.Ticks.Plans;
        figures["lost slices at the end"] = world.LostSlices(_ => true);
        figures["messages"] = metrics.Messages;
        figures["events"] = world.Log.Count;
        figures["broadcast p50 ms"] = metrics.DelayMs(50);
        figures["broadcast p99 ms"] = metrics.DelayMs(99);
        figures["fetches begun"] = metrics.FetchesStarted;
        figures["fetches given up"] = metrics.FetchesStopped;
        figures["fetches without room"] = metrics.FetchesWithoutRoom;
        figures["MiB fetched"] = metrics.FetchedBytes >> 20;
        figures["MiB given up"] = metrics.WastedBytes >> 20;
        figures["surplus copies"] = world.SurplusCopies();
        figures["repairs"] = world.Repairs.Count;
        if (world.Repairs.Count > 0)
        {
            figures["s to repair p50"] = world.Repairs.TookMs(50) / 1000;
            figures["s to repair p99"] = world.Repairs.TookMs(99) / 1000;
        }
        foreach (var (kind, count, bytes) in metrics.ByKind)
        {
            figures[$"frames {kind}"] = count;
            figures[$"kB {kind}"] = bytes / 1000;
        }
        foreach (var (kind, (count, bytes)) in metrics.Received)
        {
            figures[$"received {kind}"] = count;
            figures[$"received kB {kind}"] = bytes / 1000;
        }
    }
}
