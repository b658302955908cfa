using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Ten days in which hardly anything is new: most records live by renewals alone. One node is away for two days of
/// them, and one sees the network for the first time in the end; both learn what the others know.
/// </summary>
internal sealed class Renewing : RealScenario
{
    private const int Days = 10, AwayDays = 2;

    public override string Name => "renewals";
    public override string Story =>
        $"{Days} days of renewals; a node comes back after {AwayDays} days, a newcomer learns what only they keep";
    public override int DefaultNodes => 12;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        var newcomer = world.Nodes.Length - 1;
        var away = 1 + (int)world.Random.Below(newcomer - 1);
        SetQuota(world, 100L << 30);
        StartFirst(world, newcomer, Second);
        world.RunFor(10 * Minute);
        for (var model = 0; model < Models; model++)
            world.AddModel((int)world.Random.Below(newcomer), model, Slices, 128 * MiB);
        figures["s to target copies"] = CopiesReach(world, Copies, Day / 2) / Second;
        world.RunFor((Days - AwayDays) * Day);
        figures["records that renewals keep"] = OnlyRenewed(world.Nodes[0]);
        world.Stop(away, hostToo: true);
        world.RunFor(AwayDays * Day);
        if (OnlyRenewed(world.Nodes[0]) < newcomer)
            throw new ScenarioFailedException($"only {OnlyRenewed(world.Nodes[0])} records live by renewals");
        figures["ms until the one away knows all"] = Joins(world, away);
        figures["ms until the newcomer knows all"] = Joins(world, newcomer);
        ConvergesAgain(world, figures, 5 * Minute);
        NothingIsReleased(world);
    }

    /// <summary>How long it takes until a node has everything that the first one has.</summary>
    private static long Joins(SimWorld world, int number)
    {
        world.Start(number, 0);
        var node = world.Nodes[number];
        return world.RunUntil($"n{number} knows all", 30 * Second, 10,
            () => world.Nodes[0].Core.Records.All(r => node.Core.RecordOf(r.Id.Prefix) is not null),
            () => $"{node.Core.Records.Count()} of {world.Nodes[0].Core.Records.Count()} records");
    }

    private static int OnlyRenewed(SimNode node) => node.Core.Records.Count(
        r => Renewals.MayRenew(r.Kind) && r.IssuedMs + r.TtlMs + node.Core.Charter!.Policy.Pace.ClockSkewMs <
            node.Now.UnixMs);
}
