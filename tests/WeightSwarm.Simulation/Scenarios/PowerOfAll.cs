using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 10 of the reference: all nodes lose their power in one moment, in the middle of downloads, and one disk in
/// ten lies. All that was verified and flushed is there and advertised again, once it was read where it is in doubt.
/// </summary>
internal sealed class PowerOfAll : RealScenario
{
    private const int Rounds = 3, SmallSlices = 8;

    public override string Name => "power-all";
    public override string Story => "all nodes lose power at once, three times, while they download; all comes back";
    public override int DefaultNodes => 20;

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace) =>
        PowerCuts.Flushing(seed, nodes, Policy, trace);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        PowerCuts.Liars(world);
        SetQuota(world, 100L << 30);
        StartAll(world);
        world.RunFor(10 * Minute);
        var (whole, inDoubt) = (0L, 0L);
        for (var round = 0; round < Rounds; round++)
        {
            world.AddModel(world.AnyLive(), round, SmallSlices, 128 * MiB);
            world.RunFor(12 * Minute + world.Random.Below(20 * Minute));
            var before = world.Nodes.ToDictionary(n => n, n => n.Disk.Intact.Keys.ToList());
            foreach (var node in world.Nodes) world.CutPower(node.Number);
            PowerCuts.NothingIsLost(world);
            world.RunFor(world.Random.Below(2 * Hour));
            inDoubt += StartAgain(world);
            world.RunFor(10 * Minute);
            foreach (var (node, slices) in before.Where(b => !b.Key.Disk.Lies))
                whole += AllIsHeld(node, slices);
        }
        figures["verified copies that came back"] = whole;
        figures["copies read first"] = inDoubt;
        ConvergesAgain(world, figures, 10 * Minute);
        NothingIsReleased(world);
    }

    private static int StartAgain(SimWorld world)
    {
        var inDoubt = 0;
        foreach (var node in world.Nodes)
        {
            var number = node.Number;
            world.In(world.Random.Below(10 * Minute), () =>
            {
                world.Start(number, 0);
                inDoubt += node.Disk.Doubted.Count;
            });
        }
        world.RunFor(10 * Minute);
        return inDoubt;
    }

    private static int AllIsHeld(SimNode node, List<(Core.Hash256 Model, int Slice)> slices)
    {
        foreach (var (model, slice) in slices)
            if (!node.Core.Held.TryGetValue(model, out var held) || !held.Contains(slice))
                throw new ScenarioFailedException($"n{node.Number} had flushed slice {slice}, and holds it no more");
        return slices.Count;
    }
}
