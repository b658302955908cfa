using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>Five nodes on one machine; one holder dies for good, and the others make its copies anew.</summary>
internal sealed class FiveDrill : Scenario
{
    public override string Name => "five-drill";
    public override string Story => "five nodes, pace drill, 3 copies of 16 slices; one holder dies for good";
    public override int DefaultNodes => 5;
    protected override Policy Policy => new(3, Pace.Drill, DomainRule.Node, 64 * MiB);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 4096 * MiB);
        StartAll(world);
        world.RunFor(5 * Second);
        world.AddModel(0, 1, 16, 64 * MiB);
        figures["ms to target copies"] = CopiesReach(world, 3, 2 * Minute);
        figures["ms to equal views"] = ViewsBecomeEqual(world, 30 * Second);
        NothingMoves(world, 30 * Second);

        var victim = world.Nodes.Skip(1).MaxBy(n => n.Disk.Intact.Count)!.Number;
        world.Stop(victim, hostToo: true);
        var witness = world.Live.First();
        figures["ms to see the loss"] = world.RunUntil("health falls", Minute, world.TickMs,
            () => witness.WorstHealth() is { Counted: < 3 });
        figures["ms to repair"] = CopiesReach(world, 3, 3 * Minute);
        world.RunUntil("health is safe again", 10 * Second, world.TickMs,
            () => world.Live.All(n => n.WorstHealth() is { Risk: Risk.Safe }));
        ViewsBecomeEqual(world, Minute);
        NothingMoves(world, Minute);
        if (world.SurplusCopies() > 0) throw new ScenarioFailedException($"surplus: {world.CopiesInWords()}");
    }
}
