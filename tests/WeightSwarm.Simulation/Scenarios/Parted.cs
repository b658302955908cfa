using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// A network above the threshold: each node hears only of the models of some of the eight buckets, and still every
/// model gets its copies, and gets them back when a third of the nodes die. The same without buckets is its measure.
/// </summary>
internal sealed class Parted(string name, int above, int below) : Scenario
{
    private const int Models = 40, Slices = 4, Copies = 5;

    public override string Name => name;
    public override string Story => $"40 models in 8 buckets, which part above {above} nodes; 30 % die; a get";
    public override int DefaultNodes => 64;
    protected override Policy Policy => new(Copies, Pace.Real, DomainRule.Node, 128 * MiB);

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace) => new(seed, nodes, Policy, trace)
    {
        Buckets = new BucketRules(above, below, 3),
        FetchStepMs = 10 * Second,
        FetchPatienceMs = 5 * Minute,
        DownBytesPerSecond = 25_000_000,
        UpBytesPerSecond = 10_000_000,
    };

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 400L << 30);
        StartAll(world);
        world.RunFor(30 * Minute);
        if (world.Live.Any(n => n.Core.Buckets is null == above < world.Nodes.Length))
            throw new ScenarioFailedException("not all nodes are in the same mode");
        for (var model = 0; model < Models; model++)
            world.AddModel((int)world.Random.Below(world.Nodes.Length), model, Slices, 128 * MiB);
        figures["s to target copies"] = CopiesReach(world, Copies, Day / 2) / Second;
        SetsAreRight(world, 30 * Minute);
        Measure(world, figures);
        NothingMoves(world, Hour);
        GetFromOutside(world, figures);
        RestartSome(world);

        foreach (var victim in ThreeOfTen(world)) world.Stop(victim, hostToo: true);
        figures["fewest copies after the crash"] = world.FewestCopies();
        figures["h to target copies again"] = CopiesReach(world, Copies, 12 * Day) / Hour;
        SetsAreRight(world, Hour);
        figures["surplus after the repair"] = world.SurplusCopies();
    }

    private static void SetsAreRight(SimWorld world, long withinMs) => world.RunUntil(
        "every node has its records", withinMs, 10 * Second, () => world.WhoIsWrong(Minute) is null,
        () => world.WhoIsWrong(Minute) ?? "");

    private static void Measure(SimWorld world, SortedDictionary<string, long> figures)
    {
        world.RunFor(Day);
        var (bytes, beganMs) = (world.Metrics.TotalBytes, world.NowMs);
        world.RunFor(Day / 4);
        var nodes = world.Live.Count();
        figures["rest: bytes per node and hour"] =
            (world.Metrics.TotalBytes - bytes) * Hour / nodes / (world.NowMs - beganMs);
        figures["rest: records per node"] = world.Live.Sum(n => (long)n.Core.Records.Count()) / nodes;
        figures["rest: bytes of records per node"] =
            world.Live.Sum(n => n.Core.Records.Sum(r => (long)r.Bytes.Length)) / nodes;
        figures["rest: buckets of 10 nodes"] = 10 * world.Subscriptions() / nodes;
        figures["rest: streams of 10 nodes"] = 10 * world.Live.Sum(n => (long)n.Core.SessionCount) / nodes;
    }

    /// <summary>Daemons that are started again hear of what they heard of before, and fetch nothing for it.</summary>
    private static void RestartSome(SimWorld world)
    {
        var fetches = world.Metrics.FetchesStarted;
        foreach (var node in world.Random.Pick(world.Nodes.Length, 8))
        {
            world.Stop(node, hostToo: false);
            world.RunFor(10 * Second);
            world.Start(node, world.AnyLive());
        }
        world.RunFor(30 * Minute);
        SetsAreRight(world, 10 * Minute);
        if (world.Metrics.FetchesStarted > fetches)
            throw new ScenarioFailedException($"{world.Metrics.FetchesStarted - fetches} fetches after restarts");
    }

    /// <summary>The user of a node asks for a model of which the node has heard nothing but the entry.</summary>
    private static void GetFromOutside(SimWorld world, SortedDictionary<string, long> figures)
    {
        var (node, entry) = world.Live.SelectMany(n => world.Entries.Select(e => (n, e)))
            .FirstOrDefault(p => p.n.Core.Buckets?.Contains(p.n.Core.BucketOf(p.e.ModelId)) == false);
        if (node is null) return;
        if (HoldersSeen(node, entry) > 0) throw new ScenarioFailedException("holders are known without a bucket");
        node.Handle(new CoreInput.ModelsWanted([entry.ModelId]), EventKind.Start);
        figures["s until a get sees the holders"] = world.RunUntil(
            "a get sees the holders", 15 * Minute, Second, () => HoldersSeen(node, entry) >= Copies) / Second;
        SetsAreRight(world, 10 * Minute);
        node.Handle(new CoreInput.ModelsWanted(ImmutableSortedSet<Hash256>.Empty), EventKind.Start);
        world.RunFor(2 * Hour);
        SetsAreRight(world, 10 * Minute);
    }

    private static int HoldersSeen(SimNode node, Entry entry) =>
        node.Core.View!.Models.Single(m => m.Entry.ModelId == entry.ModelId).Holders.Length;
}
