using System.Globalization;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 8 of the reference: SIGKILL at random moments of download, verification and publication, ten thousand in
/// twenty seeds of 500. What was recorded is held at once, nothing else is advertised, and little is fetched twice.
/// Real daemons do the same in CrashTests, a few times.
/// </summary>
internal sealed class KillPoints(string name, int kills) : Scenario
{
    private const int ModelEvery = 25;
    private const long MostTwice = 64 * MiB;

    public override string Name => name;
    public override string Story => string.Create(CultureInfo.InvariantCulture,
        $"{kills} kills in the middle of downloads, flushes and holdings, pace drill");
    public override int DefaultNodes => 6;
    protected override Policy Policy => new(3, Pace.Drill, DomainRule.Node, 64 * MiB);

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace) => new(seed, nodes, Policy, trace)
    {
        FlushMs = 300,
        DownBytesPerSecond = 20_000_000,
        UpBytesPerSecond = 20_000_000,
    };

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 64L << 30);
        StartAll(world);
        world.RunFor(5 * Second);
        var busy = 0;
        for (var kill = 0; kill < kills; kill++)
        {
            if (kill % ModelEvery == 0) world.AddModel(0, kill, 4, 64 * MiB);
            world.RunFor(world.Random.Below(1_500));
            // One that fetches, if there is any: at rest there is little to break.
            var fetching = world.Live.Where(n => n.Transfers.Count > 0).ToList();
            var node = fetching.Count > 0 ? fetching[(int)world.Random.Below(fetching.Count)]
                : world.Nodes[world.Random.Below(world.Nodes.Length)];
            busy += fetching.Count > 0 ? 1 : 0;
            KillAndStart(world, node);
        }
        figures["kills during fetches"] = busy;
        CopiesReach(world, 3, 5 * Minute);
        ViewsBecomeEqual(world, Minute);
        var twice = world.Metrics.MovedBytes - world.Nodes.Sum(n => n.Disk.UsedBytes) - world.Metrics.WastedBytes;
        figures["MiB fetched twice"] = twice >> 20;
        if (twice > MostTwice * kills)
            throw new ScenarioFailedException($"{twice} bytes were fetched twice in {kills} kills");
    }

    private static void KillAndStart(SimWorld world, SimNode node)
    {
        var recorded = node.Disk.Recorded.ToList();
        world.Stop(node.Number, hostToo: false);
        world.RunFor(world.Random.Below(800));
        world.Start(node.Number, world.AnyLive());
        foreach (var (model, slice) in recorded)
            if (!node.Core.Held.TryGetValue(model, out var held) || !held.Contains(slice))
                throw new ScenarioFailedException($"after a kill n{node.Number} has forgotten slice {slice}");
    }
}
