using System.Globalization;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 11 of the reference: one bit rots in each of many copies, in at most all but one of those of any slice, and
/// nobody notices until the scrub comes by within 35 days, or an audit before. All is found and healed, and nothing is
/// lost meanwhile. That nobody copies rotten bytes is the piece hashes' doing: here a rotten copy serves nothing.
/// </summary>
internal sealed class BitRot(string name, int flips, int days) : RealScenario
{
    private const int ManySlices = 16;

    private long ScrubbedWithin => days * Day;

    public override string Name => name;
    public override string Story => string.Create(CultureInfo.InvariantCulture,
        $"{flips} copies rot, at most all but one of a slice; all are found within {days} days and healed");
    public override int DefaultNodes => 12;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 100L << 30);
        StartAll(world);
        world.RunFor(10 * Minute);
        for (var model = 0; model < Models; model++)
            world.AddModel((int)world.Random.Below(world.Nodes.Length), model, ManySlices, 4 * MiB);
        figures["s to target copies"] = CopiesReach(world, Copies, 2 * Day) / Second;
        world.RunFor(Day + Hour);
        var found = Rot(world, figures);
        var untilMs = world.NowMs + ScrubbedWithin;
        while (world.NowMs < untilMs)
        {
            world.RunFor(6 * Hour);
            PowerCuts.NothingIsLost(world);
        }
        world.RunFor(Hour);
        if (world.Nodes.Any(n => n.Faults.Hidden.Count > 0)) throw new ScenarioFailedException("rot was not found");
        figures["copies that are whole again"] = found.Count(f => f.Node.Disk.Has(f.Model, f.Slice));
        ConvergesAgain(world, figures, 5 * Minute);
        if (world.Releases.Given.Unproven > 0) throw new ScenarioFailedException("slices went without receipts");
    }

    private List<(SimNode Node, Hash256 Model, int Slice)> Rot(
        SimWorld world, SortedDictionary<string, long> figures)
    {
        var all = world.Entries.SelectMany(e => Enumerable.Range(0, e.Slices).Select(s => (e.ModelId, Slice: s)))
            .ToList();
        List<(SimNode, Hash256, int)> rotten = [];
        for (var flip = 0; flip < flips; flip++)
        {
            var (model, slice) = all[(int)world.Random.Below(all.Count)];
            var holders = world.Oracle.Holders(model, slice).ToList();
            if (holders.Count < 2) continue;
            var node = world.Nodes[holders[(int)world.Random.Below(holders.Count)]];
            rotten.Add((node, model, slice));
            node.Disk.Intact.Remove((model, slice), out var bytes);
            node.Faults.Rot(model, slice);
            world.In(world.Random.Below(ScrubbedWithin), () => Found(node, model, slice, bytes));
        }
        figures["copies rotten"] = rotten.Count;
        return rotten;
    }

    /// <summary>The scrub reads it: withdrawn, and one piece of it is fetched. An owner's file is left alone.</summary>
    private static void Found(SimNode node, Hash256 model, int slice, long bytes)
    {
        // It was given up meanwhile.
        if (!node.Faults.IsRotten(model, slice)) return;
        node.Faults.Found(model, slice);
        node.Handle(new CoreInput.SliceLost(model, slice), EventKind.Fault);
        if (bytes == 0) return;
        node.Disk.Parts[(model, slice)] = bytes - MiB;
        node.Transfers.Mend(model, slice);
    }
}
