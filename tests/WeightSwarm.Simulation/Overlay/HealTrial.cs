using WeightSwarm.Core;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>
/// Two halves that cannot reach each other for a day, in which everybody speaks, and then whole again.
/// </summary>
internal static class HealTrial
{
    private const long Second = 1_000, Minute = 60 * Second, Hour = 60 * Minute;

    /// <summary>Of a large network only so many speak, or the sets would not fit.</summary>
    private const int MostAuthors = 1_000;

    public static void Run(ulong seed, int nodes, SortedDictionary<string, long> figures, TextWriter? progress)
    {
        var world = new OverlayWorld(seed, nodes);
        var newest = Enumerable.Range(0, nodes > 2_000 ? 200 : Math.Min(nodes, MostAuthors))
            .Select(world.NodeRecord).ToArray();
        world.GiveAll(newest);
        world.StartAll(nodes <= 256 ? nodes : 48, monitors: 8);
        world.RunFor(7 * Minute);
        var half = world.Random.Pick(nodes, nodes / 2).ToHashSet();
        var cutMs = nodes <= 2_000 ? 24 * Hour : 2 * Hour;
        for (var author = 0; author < newest.Length; author++)
        {
            var speaker = author;
            world.In(world.Random.Below(cutMs - Minute), () =>
            {
                newest[speaker] = world.NodeRecord(speaker);
                world.Nodes[speaker].Publish(newest[speaker]);
            });
        }
        world.Cut(node => half.Contains(node) ? 1 : 0);
        world.RunFor(cutMs);
        var (records, bytes) = Lacking(world, newest);
        progress?.WriteLine($"cut for {cutMs / Hour} h: {world.Events} events, {records} records are lacking");
        if (records < nodes * (long)newest.Length / 4)
            throw new ScenarioFailedException($"only {records} records are lacking after the cut: it was none");
        world.Net.ClearCounts();
        world.Cut(null);
        var healedMs = world.RunUntil(15 * Minute, Second, () => Lacking(world, newest).Records == 0);
        figures["offences"] = world.Nodes.Sum(n => n.Offences);
        figures["hours of the cut"] = cutMs / Hour;
        figures["records that each lacks at the end of the cut"] = records / nodes;
        figures["s to equal views"] = healedMs < 0 ? -1 : healedMs / Second;
        figures["pushed bytes per 1000 of the least"] =
            world.Net.Bytes[(int)V1.Frame.KindOneofCase.Push] * 1000 / bytes;
        figures["all bytes per 1000 of the least"] = world.Net.Bytes.Sum() * 1000 / bytes;
    }

    /// <summary>What all nodes together have yet to hear.</summary>
    private static (long Records, long Bytes) Lacking(OverlayWorld world, Record[] newest)
    {
        long records = 0, bytes = 0;
        foreach (var node in world.Nodes)
            foreach (var record in newest)
                if (node.Records.Find(record.Id) is null)
                    (records, bytes) = (records + 1, bytes + record.Bytes.Length);
        return (records, bytes);
    }
}
