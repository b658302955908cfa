using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>One story that the simulator can tell, and what must come out of it.</summary>
internal abstract class Scenario
{
    protected const long Second = 1_000, Minute = 60 * Second, Hour = 60 * Minute, Day = 24 * Hour, MiB = 1 << 20;

    private const int ManyNodes = 200;

    public abstract string Name { get; }
    public abstract string Story { get; }
    public abstract int DefaultNodes { get; }
    protected abstract Policy Policy { get; }

    /// <summary>Makes the world of one seed.</summary>
    public virtual SimWorld Build(ulong seed, int nodes, TextWriter? trace) => new(seed, nodes, Policy, trace);

    /// <summary>
    /// Runs it; figures of its own go into the book, broken promises throw <see cref="ScenarioFailedException"/>.
    /// </summary>
    public abstract void Run(SimWorld world, SortedDictionary<string, long> figures);

    /// <summary>
    /// All nodes start within a second, or ten a second where they are hundreds, each knowing the first, or in larger
    /// worlds any that runs already; the first has the charter.
    /// </summary>
    protected static void StartAll(SimWorld world)
    {
        var gapMs = world.Nodes.Length > ManyNodes ? Second / 10 : Second / world.Nodes.Length;
        world.Start(0);
        world.PublishCharter(0);
        for (var node = 1; node < world.Nodes.Length; node++)
        {
            world.RunFor(gapMs);
            world.Start(node, world.Nodes.Length > 60 ? world.AnyLive() : 0);
        }
    }

    /// <summary>As many nodes start, so far apart, each knowing the first, which has the charter.</summary>
    protected static void StartFirst(SimWorld world, int nodes, long gapMs)
    {
        world.Start(0);
        world.PublishCharter(0);
        for (var node = 1; node < nodes; node++)
        {
            world.RunFor(gapMs);
            world.Start(node, 0);
        }
    }

    protected static void SetQuota(SimWorld world, long bytes, params int[] except)
    {
        foreach (var node in world.Nodes.Where(n => !except.Contains(n.Number))) node.Disk.QuotaBytes = bytes;
    }

    /// <summary>L1: at some moment every running node has the same records.</summary>
    protected static long ViewsBecomeEqual(SimWorld world, long withinMs) =>
        world.RunUntil("views equal", withinMs, world.TickMs, world.ViewsEqual, world.HowViewsDiffer);

    /// <summary>L2: every slice has so many copies.</summary>
    protected static long CopiesReach(SimWorld world, int copies, long withinMs) => world.RunUntil(
        $"{copies} copies of every slice", withinMs, world.FetchStepMs, () => world.FewestCopies() >= copies,
        () => world.CopiesInWords() + "\n  " + string.Join(
            "\n  ", world.Live.Select(n => $"n{n.Number}: {n.PlanInWords()}")));

    /// <summary>
    /// Three nodes of ten, drawn until something is left of every slice: what nobody has is not to be repaired, and to
    /// wait for it would say nothing of the planner.
    /// </summary>
    protected static List<int> ThreeOfTen(SimWorld world)
    {
        while (true)
        {
            var some = world.Random.Pick(world.Nodes.Length, world.Nodes.Length * 3 / 10);
            if (world.LostSlices(n => !some.Contains(n.Number)) == 0) return some;
        }
    }

    /// <summary>For so long no node begins or gives up a fetch.</summary>
    protected static void NothingMoves(SimWorld world, long forMs)
    {
        var before = (world.Metrics.FetchesStarted, world.Metrics.FetchesStopped);
        world.RunFor(forMs);
        var after = (world.Metrics.FetchesStarted, world.Metrics.FetchesStopped);
        if (before != after)
            throw new ScenarioFailedException(
                $"it does not come to rest: {after.FetchesStarted - before.FetchesStarted} fetches begun, " +
                $"{after.FetchesStopped - before.FetchesStopped} given up within {forMs / 1000} s");
    }
}
