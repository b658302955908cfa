using System.Globalization;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Ordinary life: models are added on the first day, and every day a few nodes are switched off for some hours or have
/// their daemon restarted. It is the measure of how fast the simulator is, and of what a quiet network costs.
/// </summary>
internal sealed class Steady(string name, int nodes, int days, int models) : Scenario
{
    private const int Slices = 4;

    public override string Name => name;
    public override string Story => string.Create(CultureInfo.InvariantCulture,
        $"{days} days of ordinary life, pace real, {models} models: leases, nights off, restarts");
    public override int DefaultNodes => nodes;
    protected override Policy Policy => new(5, Pace.Real, DomainRule.Node, 128 * MiB);

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace) => new(seed, nodes, Policy, trace)
    {
        FetchStepMs = 10 * Second,
        FetchPatienceMs = 5 * Minute,
        DownBytesPerSecond = 25_000_000,
        UpBytesPerSecond = 10_000_000,
    };

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 400L << 30);
        StartAll(world);
        world.RunFor(10 * Minute);
        for (var model = 0; model < models; model++)
            world.AddModel((int)world.Random.Below(world.Nodes.Length), model, Slices, 128 * MiB);
        figures["s to target copies"] = CopiesReach(world, 5, Day / 2) / Second;
        while (world.NowMs < days * Day - Hour) LiveADay(world, Math.Min(Day, days * Day - Hour - world.NowMs));
        foreach (var node in world.Nodes.Where(n => !n.Up)) world.Start(node.Number, 0);
        world.RunFor(30 * Minute);
        figures["ms to equal views"] = ViewsBecomeEqual(world, 30 * Minute);
        CopiesReach(world, 5, 10 * Minute);
        foreach (var node in world.Live)
            foreach (var other in world.Live)
                if (node.Misses(other.Id))
                    throw new ScenarioFailedException($"n{node.Number} misses n{other.Number}, which runs");
    }

    /// <summary>Three nodes in a hundred are off for one to ten hours, two are restarted.</summary>
    private static void LiveADay(SimWorld world, long dayMs)
    {
        foreach (var node in world.Random.Pick(world.Nodes.Length, 1 + world.Nodes.Length * 3 / 100))
        {
            var at = world.Random.Below(dayMs / 2);
            world.In(at, () => world.Stop(node, hostToo: true));
            world.In(at + Hour + world.Random.Below(9 * Hour), () => world.Start(node, world.AnyLive()));
        }
        foreach (var node in world.Random.Pick(world.Nodes.Length, 1 + world.Nodes.Length / 100))
            world.In(dayMs / 2 + world.Random.Below(dayMs / 3), () => Restart(world, node));
        world.RunFor(dayMs);
    }

    private static void Restart(SimWorld world, int node)
    {
        if (!world.Nodes[node].Up) return;
        world.Stop(node, hostToo: false);
        world.In(10 * Second, () =>
        {
            if (!world.Nodes[node].Up) world.Start(node, world.AnyLive());
        });
    }
}
