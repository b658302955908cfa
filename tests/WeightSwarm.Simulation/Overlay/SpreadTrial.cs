using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>Broadcast when all is well, and after a part of the nodes are gone at once, unannounced.</summary>
internal static class SpreadTrial
{
    private const long Second = 1_000, Minute = 60 * Second;

    /// <summary>Above so many nodes each knows a sample.</summary>
    private const int KnowsAll = 256;

    public static void Run(
        ulong seed, int nodes, int crashPercent, SortedDictionary<string, long> figures, TextWriter? progress)
    {
        var world = new OverlayWorld(seed, nodes);
        var isLarge = nodes > 20_000;
        world.StartAll(nodes <= KnowsAll ? nodes : isLarge ? 24 : 48, isLarge ? 0 : 8);
        world.RunFor(7 * Minute);
        Tell(world, "settled", progress);
        var spread = new Spread(world);
        Say(world, spread, isLarge ? 3 : 10, 2 * Second);
        spread.Forget();
        Steady(world, spread, isLarge ? 6 : 30, figures);
        Tell(world, "steady", progress);
        Crash(world, spread, crashPercent, figures);
        Tell(world, $"{crashPercent} % gone", progress);
    }

    private static void Tell(OverlayWorld world, string what, TextWriter? progress) => progress?.WriteLine(
        $"{what}: {world.NowMs / Second} s, {world.Events} events, {world.Net.OpenStreams} streams, " +
        $"{GC.GetTotalMemory(false) >> 20} MiB");

    private static void Say(OverlayWorld world, Spread spread, int times, long gapMs)
    {
        for (var i = 0; i < times; i++)
        {
            spread.Publish(world.Any());
            world.RunFor(1 + world.Random.Below(2 * gapMs));
        }
        world.RunFor(20 * Second);
    }

    /// <summary>Now and then two are on their way at once.</summary>
    private static void Steady(OverlayWorld world, Spread spread, int times, SortedDictionary<string, long> figures)
    {
        world.Net.ClearCounts();
        Say(world, spread, times, Second);
        figures["broadcast p50 ms"] = spread.DelayMs(500);
        figures["broadcast p99 ms"] = spread.DelayMs(990);
        figures["broadcast max ms"] = spread.DelayMs(1000);
        figures["broadcast reached in 5 s, per million"] = spread.ReachedWithin(5 * Second);
        var (reached, _) = spread.Reach;
        figures["redundant pushes per 1000"] = (world.Net.PushedRecords - reached) * 1000 / reached;
        figures["ids announced per 1000 nodes and message"] = world.Net.AnnouncedIds * 1000 / reached;
        figures["links per 1000 nodes"] =
            world.Nodes.Sum(n => n.Peers.Count(p => p.Active)) * 1000L / world.Nodes.Length;
        spread.Forget();
    }

    private static void Crash(
        OverlayWorld world, Spread spread, int percent, SortedDictionary<string, long> figures)
    {
        world.Crash(world.Random.Pick(world.Nodes.Length, world.Nodes.Length * percent / 100).ToHashSet());
        world.RunFor(100);
        spread.Publish(world.Any());
        world.RunFor(5 * Minute);
        var at = $"after {percent} % crash";
        figures[$"{at}: p99 ms"] = spread.DelayMs(990);
        figures[$"{at}: reached in 5 s, per million"] = spread.ReachedWithin(5 * Second);
        figures[$"{at}: reached in 5 min, per million"] = spread.ReachedWithin(5 * Minute);
        figures[$"{at}: last ms"] = spread.DelayMs(1000);
        spread.Forget();
    }
}
