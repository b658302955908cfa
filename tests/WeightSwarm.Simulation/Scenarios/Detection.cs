using System.Globalization;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// How long it takes until everybody misses a node that lost power, and how often one is missed that runs, while
/// frames are lost, and perhaps while some nodes hardly get a processor: they run for a second, and then not for up to
/// a minute and a half.
/// </summary>
internal sealed class Detection(string name, int days, int lostPerThousand, int starvedPercent) : Scenario
{
    private const long LookMs = 5 * Second, LongestStallMs = 90 * Second;

    public override string Name => name;
    public override string Story => string.Create(CultureInfo.InvariantCulture,
        $"{days} days, {lostPerThousand / 10} % loss, {starvedPercent} % of nodes starved: who misses whom, how soon");
    public override int DefaultNodes => 40;
    protected override Policy Policy => new(5, Pace.Real, DomainRule.Node, 128 * MiB);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        StartAll(world);
        world.RunFor(10 * Minute);
        world.Net.LostPerThousand = lostPerThousand;
        var starved = world.Random.Pick(world.Nodes.Length, world.Nodes.Length * starvedPercent / 100).ToHashSet();
        foreach (var node in starved) Starve(world, node);
        world.RunFor(20 * Minute);
        var sightings = new Sightings(world, starved);
        for (var until = world.NowMs + days * Day; world.NowMs < until;)
        {
            var victim = world.AnyLive();
            world.Stop(victim, hostToo: true);
            sightings.Gone(victim);
            Look(world, sightings, 20 * Minute);
            sightings.Back(victim);
            world.Start(victim, world.AnyLive());
            Look(world, sightings, 100 * Minute);
        }
        sightings.Report(figures);
    }

    private static void Look(SimWorld world, Sightings sightings, long forMs)
    {
        for (var until = world.NowMs + forMs; world.NowMs < until;)
        {
            world.RunFor(LookMs);
            sightings.Look();
        }
    }

    private static void Starve(SimWorld world, int number)
    {
        var (node, stallMs) = (world.Nodes[number], Second + world.Random.Below(LongestStallMs));
        if (node.Awake) node.Sleep(stallMs, countsSleep: true);
        world.In(stallMs + 1, () =>
        {
            // As a daemon does that finds itself late.
            if (node.Awake) node.Handle(new CoreInput.Lagged(stallMs), EventKind.Start);
            world.In(Second, () => Starve(world, number));
        });
    }
}
