using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// A network grows over the threshold and shrinks below it again. The nodes that come and go have no room, so that all
/// of it is about records: no copy is lost, and none is fetched that need not be.
/// </summary>
internal sealed class Crossing : Scenario
{
    private const int Models = 24, Slices = 4, Copies = 3, Stay = 16, Above = 24, Below = 20;

    public override string Name => "buckets-cross";
    public override string Story => $"a network grows over {Above} nodes and shrinks below {Below}, twice; 8 buckets";
    public override int DefaultNodes => 32;
    protected override Policy Policy => new(Copies, Pace.Drill, DomainRule.Node, 64 * MiB);

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace) => new(seed, nodes, Policy, trace)
    {
        Buckets = new BucketRules(Above, Below, 3),
    };

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        foreach (var node in world.Nodes.Take(Stay)) node.Disk.QuotaBytes = 64L << 30;
        StartFirst(world, Stay, Second / 10);
        world.RunFor(10 * Second);
        for (var model = 0; model < Models; model++)
            world.AddModel((int)world.Random.Below(Stay), model, Slices, 64 * MiB);
        figures["ms to target copies"] = CopiesReach(world, Copies, 5 * Minute);
        world.RunFor(Minute);
        var fetches = world.Metrics.FetchesStarted;
        for (var time = 0; time < 2; time++)
        {
            Grow(world, figures);
            Shrink(world, figures);
        }
        figures["fetches by crossing"] = world.Metrics.FetchesStarted - fetches;
        if (world.Metrics.FetchesStarted > fetches)
            throw new ScenarioFailedException($"{world.Metrics.FetchesStarted - fetches} needless fetches");
        if (world.FewestCopies() < Copies) throw new ScenarioFailedException($"copies: {world.CopiesInWords()}");
    }

    private static void Grow(SimWorld world, SortedDictionary<string, long> figures)
    {
        for (var node = Stay; node < world.Nodes.Length; node++)
        {
            world.RunFor(Second / 5);
            world.Start(node, world.AnyLive());
        }
        figures["ms to part"] = world.RunUntil("all nodes are parted", Minute, world.TickMs,
            () => world.Live.All(n => n.Core.Buckets is not null));
        HaveTheirs(world);
        world.RunFor(2 * Minute);
        HaveTheirs(world);
    }

    private static void Shrink(SimWorld world, SortedDictionary<string, long> figures)
    {
        for (var node = Stay; node < world.Nodes.Length; node++) world.Stop(node, hostToo: true);
        figures["ms to join"] = world.RunUntil("no node is parted", 2 * Minute, world.TickMs,
            () => world.Live.All(n => n.Core.Buckets is null));
        HaveTheirs(world);
        world.RunFor(2 * Minute);
        ViewsBecomeEqual(world, Minute);
    }

    private static void HaveTheirs(SimWorld world) => world.RunUntil(
        "every node has its records", 2 * Minute, world.TickMs, () => world.WhoIsWrong(5 * Second) is null,
        () => world.WhoIsWrong(5 * Second) ?? "");
}
