using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 9 of the reference: nodes lose their power while they download, verify and publish. What the kernel had
/// not written is gone, some of it torn; and one disk in ten lies: what it said it had flushed minutes ago, of slices
/// and of the store, may be gone too. Nothing that was not read again is advertised: the oracle looks at every holding.
/// </summary>
internal sealed class PowerCuts : RealScenario
{
    private const int Cuts = 60, ModelEvery = 3;

    public override string Name => "power-cut";
    public override string Story => "60 power cuts during downloads; torn writes, and 10 % of the disks lie";
    public override int DefaultNodes => 20;

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace) => Flushing(seed, nodes, Policy, trace);

    /// <summary>As the other scenarios at pace real, and it takes some seconds to flush a slice.</summary>
    internal static SimWorld Flushing(ulong seed, int nodes, Policy policy, TextWriter? trace) =>
        new(seed, nodes, policy, trace)
        {
            FetchStepMs = 10 * Second,
            FetchPatienceMs = 5 * Minute,
            DownBytesPerSecond = 25_000_000,
            UpBytesPerSecond = 10_000_000,
            FlushMs = 4 * Second,
        };

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        var liars = Liars(world);
        SetQuota(world, 100L << 30);
        StartAll(world);
        world.RunFor(10 * Minute);
        var (doubted, vanished) = (0L, 0L);
        for (var cut = 0; cut < Cuts; cut++)
        {
            if (cut % ModelEvery == 0) world.AddModel(world.AnyLive(), cut, Slices, 128 * MiB);
            var node = Next(world, liars);
            world.CutPower(node.Number);
            vanished += node.Disk.Vanished.Count;
            world.RunFor(Minute + world.Random.Below(10 * Minute));
            world.Start(node.Number, world.AnyLive());
            doubted += node.Disk.Doubted.Count;
            NothingIsLost(world);
        }
        figures["slices in doubt"] = doubted;
        figures["slices that a disk had lied about"] = vanished;
        world.RunFor(10 * Minute);
        ConvergesAgain(world, figures, 10 * Minute);
        NothingIsReleased(world);
        foreach (var node in world.Nodes)
            if (node.Disk.Doubted.Count + node.Disk.Vanished.Count > 0)
                throw new ScenarioFailedException($"n{node.Number} has slices in doubt still");
    }

    /// <summary>Any node, after some minutes; who lies is cut off sooner, when it hurts.</summary>
    private static SimNode Next(SimWorld world, List<SimNode> liars)
    {
        for (var untilMs = world.NowMs + world.Random.Below(8 * Minute); world.NowMs < untilMs;)
        {
            world.RunFor(20 * Second);
            if (liars.Find(n => n.Disk.HidesSlices) is { } liar && world.Random.Below(4) == 0) return liar;
        }
        return world.Nodes[world.Random.Below(world.Nodes.Length)];
    }

    /// <summary>One node in ten, and two at least, have a disk that lies.</summary>
    internal static List<SimNode> Liars(SimWorld world)
    {
        var liars = world.Random.Pick(world.Nodes.Length, Math.Max(2, world.Nodes.Length / 10))
            .Select(n => world.Nodes[n]).ToList();
        foreach (var node in liars) node.Disk.Lie();
        return liars;
    }

    internal static void NothingIsLost(SimWorld world)
    {
        var lost = world.LostSlices(_ => true);
        if (lost > 0) throw new ScenarioFailedException($"I1: {lost} slices have no intact copy left");
    }
}
