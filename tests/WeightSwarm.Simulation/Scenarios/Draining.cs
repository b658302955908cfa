using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>A third of the nodes drain at once; each leaves only when others have proved their copies.</summary>
internal sealed class Draining : Scenario
{
    public override string Name => "drain";
    public override string Story => "nine nodes, pace drill, 3 copies of 12 slices; three drain at once and end empty";
    public override int DefaultNodes => 9;
    protected override Policy Policy => new(3, Pace.Drill, DomainRule.Node, 64 * MiB);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 4096 * MiB);
        StartAll(world);
        world.RunFor(5 * Second);
        world.AddModel(0, 1, 12, 64 * MiB);
        CopiesReach(world, 3, 2 * Minute);
        var leaving = world.Nodes.Skip(1).OrderByDescending(n => n.Disk.Intact.Count).Take(3).ToList();
        foreach (var node in leaving) Drain(node);
        figures["ms to empty donations"] = world.RunUntil("the drained nodes hold nothing", 10 * Minute, Second,
            () => leaving.All(n => n.Disk.Intact.Count == 0),
            () => string.Join("\n  ", leaving.SelectMany(n => n.Core.Releases.Select(r => $"n{n.Number}: {r}"))));
        figures["slices given up"] = world.Releases.Given.Proven;
        if (world.Releases.Given.Unproven > 0) throw new ScenarioFailedException("slices went without receipts");
        CopiesReach(world, 3, Minute);
    }

    /// <summary>What the daemon tells its core when its owner says drain.</summary>
    private static void Drain(SimNode node)
    {
        node.Describe(draining: true);
        var held = node.Disk.Intact.Keys.GroupBy(k => k.Model)
            .ToImmutableSortedDictionary(g => g.Key, g => SliceSet.Of(g.Select(k => k.Slice)));
        node.Handle(new CoreInput.ReleaseDemanded(
            [new ReleaseDemand("donation", ReleaseReason.Drain, long.MaxValue, null, held)]), EventKind.Start);
    }
}
