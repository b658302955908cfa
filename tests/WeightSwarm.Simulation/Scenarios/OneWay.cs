using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 6 of the reference: a fifth of the pairs cannot talk, or only one of them can dial the other, and a fifth
/// of the nodes sit behind a NAT that lets nobody in.
/// </summary>
internal sealed class OneWay : RealScenario
{
    public override string Name => "one-way";
    public override string Story => "20 % of links one-way, 20 % of nodes dial out only; nobody missed, nothing copied";
    public override int DefaultNodes => 30;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        foreach (var node in world.Random.Pick(world.Nodes.Length - 1, world.Nodes.Length / 5))
            world.Net.Terrain.DialsOnly[node + 1] = true;
        Fill(world, figures);
        for (var a = 0; a < world.Nodes.Length; a++)
            for (var b = 0; b < world.Nodes.Length; b++)
                if (a != b && world.Random.Below(10) == 0)
                    Spoil(world, a, b);
        world.Net.Settle();
        var before = world.Metrics.FetchesStarted;
        NobodyIsMissed(world, Day, 2 * Minute);
        figures["needless copies"] = world.Metrics.FetchesStarted - before;
        if (world.Metrics.FetchesStarted > before)
            throw new ScenarioFailedException($"{world.Metrics.FetchesStarted - before} needless copies were begun");
        NothingIsReleased(world);
        ConvergesAgain(world, figures, 5 * Minute);
    }

    private static void Spoil(SimWorld world, int a, int b)
    {
        if (world.Random.Below(2) == 0) world.Net.Terrain.Block(a, b);
        else world.Net.Terrain.Forbid(a, b);
    }
}
