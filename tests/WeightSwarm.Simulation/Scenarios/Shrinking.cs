using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 13 of the reference: in the middle of downloads some volumes are full, and some owners take back more than
/// half of what they gave. Full disks stop and keep what they have; what the owners want back goes by intent, wait and
/// receipts, and no slice has fewer copies than are wanted because of it.
/// </summary>
internal sealed class Shrinking : RealScenario
{
    public override string Name => "shrink";
    public override string Story => "while all download, 2 volumes are full for a day and 4 owners take most back";
    public override int DefaultNodes => 20;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        Fill(world, figures);
        for (var model = 0; model < 4; model++) world.AddModel(world.AnyLive(), Models + model, Slices, 128 * MiB);
        world.RunUntil("downloads are under way", Hour, 10 * Second, () => world.Live.Any(n => n.Transfers.Count > 0));
        var hit = world.Random.Pick(world.Nodes.Length, 6).ConvertAll(n => world.Nodes[n]);
        var (full, owners) = (hit[..2], hit[2..]);
        foreach (var node in full) FillUp(world, node);
        foreach (var node in owners) Shrink(node);
        var before = full.ToDictionary(n => n, n => n.Disk.Intact.Keys.ToList());
        figures["min until the owners have their room"] = world.RunUntil("what is too much is given up", 10 * Day,
            world.Pace.PlanMs, () => Tend(owners), () => string.Join(
                "\n  ", owners.SelectMany(n => n.Core.Releases.Select(r => $"n{n.Number}: {r}")))) / Minute;
        figures["slices given up"] = world.Releases.Given.Proven;
        foreach (var (node, slices) in before)
            if (!slices.TrueForAll(k => node.Disk.Has(k.Model, k.Slice)))
                throw new ScenarioFailedException($"n{node.Number} was full and has given something up");
        if (world.Releases.Given.Unproven > 0) throw new ScenarioFailedException("slices went without receipts");
        PowerCuts.NothingIsLost(world);
        world.RunFor(Day);
        ConvergesAgain(world, figures, 10 * Minute);
    }

    private static void FillUp(SimWorld world, SimNode node)
    {
        node.Disk.IsFull = true;
        node.Transfers.FailAll();
        node.Transfers.TellRoom();
        world.In(Day, () =>
        {
            node.Disk.IsFull = false;
            node.Transfers.TellRoom();
        });
    }

    /// <summary>What lies there, and what is on its way, may lie there until it can be given up.</summary>
    private static void Shrink(SimNode node)
    {
        node.Disk.MostBytes = node.Disk.UsedBytes + node.Transfers.ReservedBytes;
        node.Disk.QuotaBytes = node.Disk.UsedBytes * 2 / 5;
        node.Transfers.TellRoom();
    }

    /// <summary>What the daemon asks of its core at each of its looks; whether nothing is too much any more.</summary>
    private static bool Tend(List<SimNode> owners)
    {
        foreach (var node in owners)
            node.Demand(ReleaseReason.Shrink, node.Disk.UsedBytes - node.Disk.Trash.Bytes - node.Disk.QuotaBytes);
        return owners.TrueForAll(n => n.Disk.UsedBytes <= n.Disk.QuotaBytes);
    }
}
