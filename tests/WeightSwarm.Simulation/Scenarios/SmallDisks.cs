using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>More is wanted than fits: the copies are spread evenly, and then there is rest.</summary>
internal sealed class SmallDisks : Scenario
{
    private const int Slices = 16;
    private const long SliceBytes = 64 * MiB, Quota = 350_000_000;

    public override string Name => "small-disks";
    public override string Story => "16 slices of 64 MiB, one adder in place and four nodes of 350 MB, 3 copies wanted";
    public override int DefaultNodes => 5;
    protected override Policy Policy => new(3, Pace.Drill, DomainRule.Node, SliceBytes);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, Quota, except: 0);
        StartAll(world);
        world.RunFor(5 * Second);
        world.AddModel(0, 1, Slices, SliceBytes);
        // Every byte of room that a slice fits into is used, and no slice is two copies ahead of another.
        var fits = (world.Nodes.Length - 1) * (Quota / SliceBytes);
        var total = (int)Math.Min(Slices * 3, Slices + fits);
        figures["ms to fill"] = world.RunUntil($"{total} copies in all", 5 * Minute, world.TickMs,
            () => world.TotalCopies() >= total, world.CopiesInWords);
        if (world.FewestCopies() < total / Slices)
            throw new ScenarioFailedException($"spread unevenly: {world.CopiesInWords()}, {total} copies in all");
        ViewsBecomeEqual(world, 30 * Second);
        world.RunFor(5 * Second);
        NothingMoves(world, 3 * Minute);
        figures["fewest copies"] = world.FewestCopies();
    }
}
