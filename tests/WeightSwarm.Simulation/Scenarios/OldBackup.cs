using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>Scenario 18 of the reference: a node comes back from a backup of many days ago.</summary>
internal sealed class OldBackup(string name, int days) : RealScenario
{
    public override string Name => name;
    public override string Story => $"a node returns from a backup of {days} days ago; it is heard, nothing goes back";
    public override int DefaultNodes => 12;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        Fill(world, figures);
        var node = world.Nodes[1 + (int)world.Random.Below(world.Nodes.Length - 1)];
        var (records, seq) = (node.Disk.Records.ToList(), node.Disk.LastSeq);
        var slices = node.Disk.Intact.Keys.ToHashSet();
        for (var day = 0; day < days; day++)
        {
            world.RunFor(Day);
            if (day == days / 2) world.AddModel(0, Models, Slices, 128 * MiB);
        }
        var newest = world.Nodes[0].Core.Records.Where(r => r.Author == node.Id).Max(r => r.Seq);
        world.Stop(node.Number, hostToo: true);
        world.RunFor(Minute);
        node.Disk.PutBack(records, seq);
        foreach (var key in node.Disk.Intact.Keys.Where(k => !slices.Contains(k)).ToList())
            node.Disk.Intact.Remove(key);
        node.Faults.HasOldRecords = true;
        world.Start(node.Number, 0);
        figures["s until it is heard"] = world.RunUntil("all have a new record of the node", 10 * Minute, Second,
            () => world.Live.All(n => n.Core.Records.Any(r =>
                r.Author == node.Id && r.Kind == RecordKind.Node && r.Seq > newest))) / Second;
        // What it says that it holds is what it has: the oracle sees to it at each of its records.
        ConvergesAgain(world, figures, 10 * Minute);
        NothingIsReleased(world);
    }
}
