using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Simulation.Hostile;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 21 of the reference: ten hostile nodes come for each honest one, take all that is new before anybody else
/// can, really hold it and prove it, and slander whom they monitor. An honest node dies. Then all of them vanish.
/// </summary>
internal sealed class Sybil(string name, int networks) : Besieged(PerHonest)
{
    private const int PerHonest = 10, NewModels = 4, Of24 = 8;
    private const int FromOthers = Copies - Copies / 3;

    public override string Name => name;
    public override string Story =>
        $"ten hostile nodes for each honest one, in {networks} /24s, take everything new, and vanish";
    public override int DefaultNodes => 12;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        var honest = Honest(world);
        var crowd = new Crowd(world, honest, networks);
        SettleDown(world, honest, figures);
        crowd.Come(Hour, streams: 2);
        world.RunFor(2 * Hour);
        // Not the one that dies: what nobody else has fetched yet would be gone with it.
        var dead = 1 + (int)world.Random.Below(honest - 1);
        for (var model = 0; model < NewModels; model++)
        {
            var at = (dead + 1 + (int)world.Random.Below(honest - 1)) % honest;
            crowd.Take(world.AddModel(at, Models + model, Slices, 128 * MiB), 2 * Minute);
        }
        world.Stop(dead, hostToo: true);
        for (var hour = 0; hour < 5 * 24; hour++)
        {
            if (hour % 4 == 0) crowd.Slander();
            world.RunFor(Hour);
            Look(world, figures);
        }
        crowd.Vanish();
        figures["fewest honest copies when they vanish"] = world.FewestCopies();
        if (world.FewestCopies() < FromOthers)
            throw new ScenarioFailedException(
                $"when they vanish some slices have fewer than {FromOthers} copies: {world.CopiesInWords()}");
        figures["h to target copies again"] = CopiesReach(world, Copies, 12 * Day) / Hour;
        NothingIsReleased(world);
    }

    private static void SettleDown(SimWorld world, int honest, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 100L << 30);
        StartFirst(world, honest, Second);
        world.RunFor(10 * Minute);
        for (var model = 0; model < Models; model++)
            world.AddModel((int)world.Random.Below(honest), model, Slices, 128 * MiB);
        figures["s to target copies"] = CopiesReach(world, Copies, Day / 2) / Second;
        world.RunFor(Day + Hour);
    }

    private static void Look(SimWorld world, SortedDictionary<string, long> figures)
    {
        foreach (var node in world.Live)
        {
            var crowd = node.Core.View!.Nodes.Values
                .SelectMany(n => n.Subnets).GroupBy(s => s).Max(g => g.Count());
            figures["most nodes of one /24 in a view"] =
                Math.Max(figures.GetValueOrDefault("most nodes of one /24 in a view"), crowd);
            if (crowd > Of24)
                throw new ScenarioFailedException($"n{node.Number} counts {crowd} nodes of one /24");
        }
    }
}
