using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>Three nodes of ten lose power at the same moment and never come back.</summary>
internal sealed class CrashThirty : Scenario
{
    public override string Name => "crash-30";
    public override string Story => "30 % of the nodes die at once, pace real, 5 copies wanted";
    public override int DefaultNodes => 50;
    protected override Policy Policy => new(5, Pace.Real, DomainRule.Node, 1024 * MiB);

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace) => new(seed, nodes, Policy, trace)
    {
        FetchStepMs = 10 * Second,
        FetchPatienceMs = 5 * Minute,
        DownBytesPerSecond = 10_000_000,
        UpBytesPerSecond = 2_500_000,
    };

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 200L << 30);
        StartAll(world);
        world.RunFor(10 * Minute);
        for (var model = 0; model < 3; model++)
            world.AddModel((int)world.Random.Below(world.Nodes.Length), model, 8, 1024 * MiB);
        figures["s to target copies"] = CopiesReach(world, 5, 2 * Day) / Second;
        ViewsBecomeEqual(world, 10 * Minute);
        world.RunFor(Hour);

        var victims = ThreeOfTen(world);
        foreach (var victim in victims) world.Stop(victim, hostToo: true);
        var crashedMs = world.NowMs;
        figures["fewest copies after the crash"] = world.FewestCopies();
        figures["s until all see all"] = world.RunUntil("everybody misses the dead", Hour, 10 * Second, () =>
            world.Live.All(n => victims.All(v => n.Misses(world.Nodes[v].Id))),
            () => WhoMissesWhom(world, victims)) / Second;
        NobodyMissesTheLiving(world);
        Repair(world, figures, crashedMs);
        NobodyMissesTheLiving(world);
        ViewsBecomeEqual(world, 10 * Minute);
    }

    private static void Repair(SimWorld world, SortedDictionary<string, long> figures, long crashedMs)
    {
        foreach (var copies in new[] { 2, 3, 5 })
        {
            CopiesReach(world, copies, 12 * Day);
            figures[$"h to {copies} copies"] = (world.NowMs - crashedMs) / Hour;
            figures[$"breakers open at {copies} copies"] = world.Live.Count(n => n.Core.StormBreakerOpen);
        }
    }

    private static void NobodyMissesTheLiving(SimWorld world)
    {
        foreach (var node in world.Live)
            foreach (var other in world.Live)
                if (node.Misses(other.Id))
                    throw new ScenarioFailedException(
                        $"n{node.Number} takes n{other.Number} for absent, which is running");
    }

    private static string WhoMissesWhom(SimWorld world, List<int> victims) => string.Join(", ", victims
        .Select(v => $"n{v} missed by {world.Live.Count(n => n.Misses(world.Nodes[v].Id))} of {world.Live.Count()}"));
}
