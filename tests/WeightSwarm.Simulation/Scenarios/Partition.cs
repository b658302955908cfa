using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>The network falls into two halves for longer than the leases, and heals.</summary>
internal sealed class Partition : Scenario
{
    public override string Name => "partition";
    public override string Story => "two halves for 60 s, twice the lease, then healed; views equal, surplus bounded";
    public override int DefaultNodes => 20;
    protected override Policy Policy => new(3, Pace.Drill, DomainRule.Node, 64 * MiB);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 4096 * MiB);
        StartAll(world);
        world.RunFor(5 * Second);
        var entry = world.AddModel(0, 1, 16, 64 * MiB);
        figures["ms to target copies"] = CopiesReach(world, 3, 2 * Minute);
        world.RunFor(10 * Second);
        var half = world.Random.Pick(world.Nodes.Length, world.Nodes.Length / 2);
        world.Net.Cut(node => half.Contains(node) ? 1 : 0);
        world.Log.Say(world.NowMs, -1, "the network is cut in two");
        world.RunFor(Minute);
        world.Net.Cut(_ => 0);
        world.Log.Say(world.NowMs, -1, "the network is whole again");
        figures["ms to equal views"] = ViewsBecomeEqual(world, Minute);
        CopiesReach(world, 3, Minute);
        figures["ms until all see all"] = world.RunUntil("everybody sees everybody", Minute, world.TickMs,
            () => world.Live.All(n => world.Live.All(o => !n.Misses(o.Id) && n.Core.Nodes.ContainsKey(o.Id))));
        world.RunFor(10 * Second);
        NothingMoves(world, Minute);
        // Each half makes at most what it lacks (the theorem of gossip-planner 3.4): never above twice the target.
        var surplus = world.SurplusCopies();
        if (surplus > 3 * entry.Slices)
            throw new ScenarioFailedException($"surplus of {surplus}: {world.CopiesInWords()}");
    }
}
