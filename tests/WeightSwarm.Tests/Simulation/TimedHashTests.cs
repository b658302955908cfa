using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Tests.Simulation;

/// <summary>Four nodes hold a model: an honest day of pace drill, one who fetches what it is asked for, and one whose
/// disk has other bytes.</summary>
public sealed class TimedHashTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public void Holders_AreInTime_OutsourcersSlow_AndOtherBytesFoundByLeaves()
    {
        using var world = new SimWorld(1, 4, new Policy(4, Pace.Drill, DomainRule.Node, 64 * MiB), null);
        foreach (var node in world.Nodes) node.Disk.QuotaBytes = 4096 * MiB;
        world.Start(0);
        world.PublishCharter(0);
        for (var node = 1; node < 4; node++) world.Start(node, 0);
        world.RunFor(5_000);
        var entry = world.AddModel(0, 1, 4, 64 * MiB);
        world.RunUntil("every node to hold it", 120_000, world.TickMs,
            () => world.Nodes.All(n => n.Disk.Intact.Count == 4 || n.Number == 0));
        world.RunFor(2 * Pace.Drill.TimedMs);
        // Twelve pairs, four slices, two periods.
        Assert.InRange(world.Audits.Timed.GetValueOrDefault(TimedOutcome.InTime), 80, 110);
        Assert.Equal([TimedOutcome.InTime], world.Audits.Timed.Keys);

        world.Audits.Outsourcers.Add(2);
        world.RunFor(Pace.Drill.TimedMs + 5_000);
        var slow = world.Nodes[0].Core.TimedHashes.Copies.Where(c => c.Value.WasSlow).ToList();
        Assert.Equal(4, slow.Count);
        Assert.All(slow, copy => Assert.Equal(2, world.NodeOf(copy.Key.Holder).Number));
        Assert.All(world.Nodes, node => Assert.Empty(node.Core.Audits.Failed));

        world.Nodes[3].Disk.Intact.Remove((entry.ModelId, 1));
        world.Nodes[3].Faults.Hide(entry.ModelId, 1);
        world.RunFor(Pace.Drill.TimedMs);
        var failed = world.Nodes.SelectMany(node => node.Core.Audits.Failed.Keys).Distinct().ToList();
        Assert.Equal((3, 1), failed.Select(c => (world.NodeOf(c.Holder).Number, c.Slice)).Distinct().Single());
    }
}
