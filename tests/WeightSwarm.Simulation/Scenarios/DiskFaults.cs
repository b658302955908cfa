using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Disks rot, fill up and vanish. Of each slice at most four copies of five are hit, and what is hit is found within a
/// day; a volume that vanishes comes back after some hours, with all that was on it.
/// </summary>
internal sealed class DiskFaults : RealScenario
{
    public override string Name => "disk-faults";
    public override string Story => "slices rot unnoticed for up to a day, volumes vanish and return, disks fill up";
    public override int DefaultNodes => 20;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        Fill(world, figures);
        var full = world.Random.Pick(world.Nodes.Length, 4).Select(n => world.Nodes[n]).ToList();
        foreach (var node in full)
        {
            node.Disk.QuotaBytes = node.Disk.UsedBytes;
            node.Transfers.TellRoom();
        }
        figures["slices rotten"] = Rot(world);
        foreach (var node in world.Random.Pick(world.Nodes.Length, 2)) VanishAndReturn(world, world.Nodes[node]);
        for (var hour = 0; hour < 30; hour++)
        {
            world.RunFor(Hour);
            var lost = world.LostSlices(_ => true);
            if (lost > 0) throw new ScenarioFailedException($"I1: {lost} slices have no intact copy left");
        }
        if (world.Nodes.Any(n => n.Faults.Hidden.Count > 0)) throw new ScenarioFailedException("rot was not found");
        NothingIsReleased(world);
        ConvergesAgain(world, figures, 5 * Minute);
    }

    private static int Rot(SimWorld world)
    {
        var rotten = 0;
        foreach (var entry in world.Entries)
            for (var slice = 0; slice < entry.Slices; slice++)
            {
                var holders = world.Oracle.Holders(entry.ModelId, slice).ToList();
                var hit = (int)world.Random.Below(holders.Count);
                foreach (var at in world.Random.Pick(holders.Count, hit))
                    RotOne(world, world.Nodes[holders[at]], entry.ModelId, slice);
                rotten += hit;
            }
        return rotten;
    }

    private static void RotOne(SimWorld world, SimNode node, Hash256 model, int slice)
    {
        node.Disk.Intact.Remove((model, slice));
        node.Faults.Hide(model, slice);
        world.Log.Add(world.NowMs, node.Number, EventKind.Fault, slice);
        world.In(world.Random.Below(Day), () =>
        {
            node.Faults.Found(model, slice);
            node.Handle(new CoreInput.SliceLost(model, slice), EventKind.Fault);
        });
    }

    private static void VanishAndReturn(SimWorld world, SimNode node)
    {
        foreach (var held in node.Disk.Intact.Keys.GroupBy(k => k.Model).ToList())
        {
            var slices = SliceSet.Of(held.Select(k => k.Slice));
            node.Handle(new CoreInput.SlicesAway(held.Key, slices), EventKind.Fault);
            world.In(6 * Hour, () => node.Handle(new CoreInput.SlicesAway(held.Key, SliceSet.Empty), EventKind.Fault));
        }
    }
}
