using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 7 of the reference, after FoundationDB: the links of a random subset of nodes are stopped one by one and
/// restored in another order, while one frame in a hundred is lost and streams break.
/// </summary>
internal sealed class SwizzleClog : RealScenario
{
    public override string Name => "swizzle-clog";
    public override string Story => "random nodes are cut off one by one and let back in another order, with loss";
    public override int DefaultNodes => 20;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        Fill(world, figures);
        world.Net.LostPerThousand = 10;
        for (var round = 0; round < 4; round++) Swizzle(world);
        world.Net.LostPerThousand = 0;
        NothingIsReleased(world);
        ConvergesAgain(world, figures, 5 * Minute);
        if (world.Releases.Given is not (0, 0)) throw new ScenarioFailedException("something was given up");
    }

    private static void Swizzle(SimWorld world)
    {
        var sides = new int[world.Nodes.Length];
        var clogged = world.Random.Pick(world.Nodes.Length, 1 + (int)world.Random.Below(world.Nodes.Length - 1));
        foreach (var node in Shuffled(world, clogged)) Turn(world, sides, node, node + 1);
        foreach (var node in Shuffled(world, clogged)) Turn(world, sides, node, 0);
    }

    private static void Turn(SimWorld world, int[] sides, int node, int side)
    {
        sides[node] = side;
        world.Net.Cut(n => sides[n]);
        for (var breaks = world.Random.Below(4); breaks > 0; breaks--) world.Net.BreakOne();
        world.RunFor(world.Random.Below(40 * Minute));
    }

    private static List<int> Shuffled(SimWorld world, List<int> nodes) =>
        [.. nodes.OrderBy(_ => world.Random.Next()).ToList()];
}
