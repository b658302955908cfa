using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 14 of the reference: volumes vanish, come up empty and are mounted read-only, some in the middle of
/// downloads, one for longer than the grace, and one daemon is restarted meanwhile. To the daemon all three are the
/// same: its marker is not there, or cannot be written. It is away, says so, holds what it held, and fetches nothing in
/// its place; when the volume is back nothing is deleted.
/// </summary>
internal sealed class Mounts : RealScenario
{
    public override string Name => "mounts";
    public override string Story => "volumes vanish, come up empty or read-only, for 6 hours to 5 days, and come back";
    public override int DefaultNodes => 16;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        Fill(world, figures);
        var nodes = world.Random.Pick(world.Nodes.Length, 4).ConvertAll(n => world.Nodes[n]);
        long[] forMs = [6 * Hour, 5 * Day, 2 * Day, Day];
        for (var model = 0; model < 2; model++) world.AddModel(world.AnyLive(), Models + model, Slices, 128 * MiB);
        world.RunFor(11 * Minute);
        world.FetchBegan = (node, _, slice) =>
        {
            if (!node.Disk.Mounted)
                throw new ScenarioFailedException($"n{node.Number} fetches slice {slice}; its volume is away");
        };
        for (var i = 0; i < nodes.Count; i++)
        {
            nodes[i].Unmount();
            world.In(forMs[i], nodes[i].Mount);
        }
        var held = nodes.ToDictionary(n => n, n => n.Disk.Intact.Keys.ToHashSet());
        world.RunFor(Hour);
        world.Stop(nodes[1].Number, hostToo: false);
        world.RunFor(Minute);
        world.Start(nodes[1].Number, world.AnyLive());
        for (var hour = 0; hour < 6 * 24; hour++)
        {
            world.RunFor(Hour);
            PowerCuts.NothingIsLost(world);
            foreach (var node in nodes) SaysWhatItHolds(world, node);
        }
        foreach (var (node, slices) in held)
            if (!slices.IsSubsetOf(node.Disk.Intact.Keys))
                throw new ScenarioFailedException($"n{node.Number} has lost what was on a volume that came back");
        NothingIsReleased(world);
        ConvergesAgain(world, figures, 10 * Minute);
    }

    /// <summary>Away is not empty: the word of all that it holds stands, as another node has it.</summary>
    private static void SaysWhatItHolds(SimWorld world, SimNode node)
    {
        var other = world.Nodes.First(n => n != node);
        foreach (var model in node.Disk.Intact.Keys.GroupBy(k => k.Model))
        {
            var said = other.Core.Records.FirstOrDefault(r => r.Author == node.Id && r.Kind == RecordKind.Holding &&
                RecordBodies.ModelOf(r) == model.Key) is { } record
                ? Core.Catalogue.SliceSet.FromBitmap(RecordBodies.Holding(record).Verified.Span, 1 << 16).Count : 0;
            if (said < model.Count() && !node.Disk.Mounted)
                throw new ScenarioFailedException(
                    $"n{node.Number} says that it holds {said} slices; {model.Count()} are on a volume that is away");
        }
    }
}
