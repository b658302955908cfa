using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// A node is killed at any moment and comes back: nothing that it had is gone, nothing that it says goes back.
/// </summary>
internal sealed class Restart : Scenario
{
    private const int Kills = 12;

    public override string Name => "restart";
    public override string Story =>
        "a node is killed and restarted at random moments; records, slices and sequence survive";
    public override int DefaultNodes => 5;
    protected override Policy Policy => new(3, Pace.Drill, DomainRule.Node, 64 * MiB);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 4096 * MiB);
        StartAll(world);
        world.RunFor(5 * Second);
        world.AddModel(0, 1, 16, 64 * MiB);
        for (var kill = 0; kill < Kills; kill++)
        {
            world.RunFor(world.Random.Below(5 * Second));
            var number = (int)world.Random.Below(world.Nodes.Length);
            KillAndRestart(world, number, world.Random.Below(4 * Second), hostToo: world.Random.Below(2) == 0);
        }
        figures["ms to target copies"] = CopiesReach(world, 3, 2 * Minute);
        figures["ms to equal views"] = ViewsBecomeEqual(world, Minute);
        world.RunFor(10 * Second);
        NothingMoves(world, Minute);
        foreach (var node in world.Live) SaysWhatItHas(world, node);
    }

    private static void KillAndRestart(SimWorld world, int number, long downMs, bool hostToo)
    {
        var node = world.Nodes[number];
        var kept = node.Disk.Records.ToList();
        var slices = node.Disk.Intact.Keys.ToList();
        world.Stop(number, hostToo);
        world.RunFor(downMs);
        var known = world.Live.Select(n => n.Number).Where(n => n != number).Take(2).ToArray();
        world.Start(number, known);
        var records = node.Core.Records.ToDictionary(r => r.Key);
        foreach (var old in kept)
            if (!records.TryGetValue(old.Key, out var record) ? !HasEnded(node, old) : record.Seq < old.Seq)
                throw new ScenarioFailedException($"after a restart n{number} has lost its {old.Kind} record");
        foreach (var (model, slice) in slices)
            if (!node.Core.Held.TryGetValue(model, out var held) || !held.Contains(slice))
                throw new ScenarioFailedException($"after a restart n{number} has forgotten slice {slice}");
    }

    private static bool HasEnded(SimNode node, Record record) =>
        record.IssuedMs + record.TtlMs <= node.Now.UnixMs;

    /// <summary>
    /// In the end the holding on record is exactly what is on disk, and nobody claims what he does not fetch.
    /// </summary>
    private static void SaysWhatItHas(SimWorld world, SimNode node)
    {
        foreach (var record in node.Core.Records.Where(r => r.Author == node.Id))
        {
            if (record.Kind == RecordKind.Claim && !RecordBodies.Claim(record).Cancelled)
            {
                var (model, slice) = (RecordBodies.ModelOf(record), RecordBodies.SliceOf(record));
                if (!node.Disk.Has(model, slice))
                    throw new ScenarioFailedException($"n{node.Number} claims slice {slice} and does not fetch it");
            }
            if (record.Kind != RecordKind.Holding) continue;
            var said = SliceSet.FromBitmap(RecordBodies.Holding(record).Verified.Span, 1 << 16);
            if (said.Count != node.Disk.Intact.Count)
                throw new ScenarioFailedException(
                    $"n{node.Number} says {said.Count} slices and has {node.Disk.Intact.Count}");
        }
        if (world.Oracle.HighestSeq(node.Number, node.Id) == 0)
            throw new ScenarioFailedException("no record of its own");
    }
}
