using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 16 of the reference: three nodes in ten drain at once, among them all holders of some slice, and one of
/// these waits for nobody. The others leave only when copies elsewhere are proved; the one in a hurry serves its trash,
/// and nothing is lost.
/// </summary>
internal sealed class DrainThirty : Scenario
{
    public override string Name => "drain-30";
    public override string Story => "30 % drain at once, with all holders of a slice; one of them at once, unproven";
    public override int DefaultNodes => 20;
    protected override Policy Policy => new(3, Pace.Drill, DomainRule.Node, 64 * MiB);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 4096 * MiB);
        StartAll(world);
        world.RunFor(5 * Second);
        var entry = world.AddModel(0, 1, 24, 64 * MiB);
        CopiesReach(world, 3, 2 * Minute);
        // Whoever added it is gone: all copies are in donations.
        world.Stop(0, hostToo: true);
        CopiesReach(world, 3, 3 * Minute);
        world.RunFor(20 * Second);
        var leaving = Leaving(world, entry);
        foreach (var node in leaving) node.Describe(draining: true);
        var hurried = leaving[0];
        foreach (var node in leaving)
            node.Demand(ReleaseReason.Drain, long.MaxValue, node == hurried ? node.Now.UnixMs : null);
        figures["ms to empty donations"] = world.RunUntil("the drained nodes hold nothing", 10 * Minute, Second,
            () => leaving.All(n => n.Disk.Intact.Count == 0),
            () => string.Join("\n  ", leaving.SelectMany(n => n.Core.Releases.Select(r => $"n{n.Number}: {r}"))));
        (figures["slices given up with receipts"], figures["without"]) = world.Releases.Given;
        if (world.Releases.Given.Unproven > 24) throw new ScenarioFailedException("more than one node left unproven");
        foreach (var node in leaving) world.Stop(node.Number, hostToo: true);
        CopiesReach(world, 3, 3 * Minute);
        ViewsBecomeEqual(world, Minute);
    }

    /// <summary>The holders of one slice first, then others.</summary>
    private static List<SimNode> Leaving(SimWorld world, Entry entry)
    {
        var slice = (int)world.Random.Below(entry.Slices);
        var holders = world.Oracle.Holders(entry.ModelId, slice).Where(n => world.Nodes[n].Up).ToList();
        var others = world.Live.Select(n => n.Number).Except(holders).ToList();
        while (holders.Count < world.Nodes.Length * 3 / 10)
        {
            var at = (int)world.Random.Below(others.Count);
            holders.Add(others[at]);
            others.RemoveAt(at);
        }
        return holders.ConvertAll(n => world.Nodes[n]);
    }
}
