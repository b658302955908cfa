using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Everybody may trim while the network falls apart and comes together every few seconds, another way each time, with
/// clocks as far apart as they may be. The oracle looks at every slice that is given up.
/// </summary>
internal sealed class TrimmingWhileFlapping : Scenario
{
    private const int Rounds = 40;

    public override string Name => "trim-flap";
    public override string Story =>
        "eleven nodes, pace drill, 8 copies of 12 slices; the entry then wants 2, and partitions come and go";
    public override int DefaultNodes => 11;
    protected override Policy Policy => new(2, Pace.Drill, DomainRule.Node, 64 * MiB);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 4096 * MiB);
        foreach (var node in world.Nodes) node.Clock.Jump(0, world.Random.Below(Policy.Pace.ClockSkewMs));
        StartAll(world);
        world.RunFor(5 * Second);
        var entry = world.AddModel(0, 1, 12, 64 * MiB, copies: 8);
        CopiesReach(world, 8, 3 * Minute);
        world.ChangeCopies(0, entry.ModelId, 2);
        world.RunFor(Policy.Pace.EntrySettleMs);
        for (var round = 0; round < Rounds; round++)
        {
            var sides = world.Nodes.Select(_ => (int)world.Random.Below(2)).ToArray();
            world.Net.Cut(node => sides[node]);
            world.RunFor(world.Random.Below(6 * Second));
            world.Net.Cut(_ => 0);
            world.RunFor(world.Random.Below(6 * Second));
            var fewest = world.FewestCopies();
            if (fewest < 2 + ReleaseRule.TrimMargin)
                throw new ScenarioFailedException($"round {round}: trims left {fewest}: {world.CopiesInWords()}");
        }
        figures["slices given up"] = world.Releases.Given.Proven;
    }
}
