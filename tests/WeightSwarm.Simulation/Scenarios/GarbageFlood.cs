using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.Hostile;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 20 of the reference, the part that a core sees: fifty strangers send well-formed garbage at 10 MB/s each to
/// one node. (Bytes that are no frames, and content that nobody asked for, end before the core; a flood on real sockets
/// is a test of the daemon.)
/// </summary>
internal sealed class GarbageFlood : Scenario
{
    private const int Strangers = 50, BytesPerSecond = 10_000_000, Rounds = 60, Victim = 1;

    public override string Name => "garbage";
    public override string Story => "fifty strangers flood a node; banned in 5 s, honest records within twice p99";
    public override int DefaultNodes => 12;
    protected override Policy Policy => new(3, Pace.Drill, DomainRule.Node, 64 * MiB);

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace) =>
        base.Build(seed, nodes + Strangers, trace);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        var honest = world.Nodes.Length - Strangers;
        SetQuota(world, 1 << 30);
        StartFirst(world, honest, 0);
        world.RunFor(20 * Second);
        var quietMs = Say(world, honest, 2);
        var strangers = Flood(world, honest);
        figures["ms to ban all"] = world.RunUntil("all strangers are banned", 5 * Second, 10,
            () => world.Nodes[Victim].Core.Bans.Count() >= Strangers,
            () => $"{world.Nodes[Victim].Core.Bans.Count()} of {Strangers} are");
        var floodedMs = Say(world, honest, 4);
        figures["honest p99 ms, quiet"] = quietMs;
        figures["honest p99 ms, flooded"] = floodedMs;
        figures["kB of garbage"] = strangers.Sum(s => s.Sent) / 1000;
        if (floodedMs > 2 * quietMs)
            throw new ScenarioFailedException($"honest records take {floodedMs} ms, and {quietMs} without the flood");
        foreach (var node in world.Live)
            if (node.Core.Bans.Any(b => world.NodeOf(b.Peer).Number < honest))
                throw new ScenarioFailedException($"n{node.Number} bans an honest node");
        strangers.ForEach(s => s.Stop());
        ViewsBecomeEqual(world, Minute);
    }

    private static List<Stranger> Flood(SimWorld world, int honest)
    {
        List<Stranger> strangers = [];
        for (var number = honest; number < world.Nodes.Length; number++)
        {
            var kinds = new GarbageFrames(world, world.Seed + (ulong)number).All;
            strangers.Add(new Stranger(world, number, Victim, BytesPerSecond, kinds[number % kinds.Count]));
        }
        return strangers;
    }

    /// <summary>
    /// Nodes say in turn what they donate; the 99th of a hundred delays from a saying to a node that hears it, ms.
    /// </summary>
    private static long Say(SimWorld world, int honest, long gibibytes)
    {
        List<long> delays = [];
        for (var round = 0; round < Rounds; round++)
        {
            // Each differs from the one before, as it is told: rounded to a power of two, or to one and a half of it.
            var (author, bytes) = (round % honest, (gibibytes << 30) + (gibibytes << 29) * (round / honest % 2));
            world.Nodes[author].Disk.QuotaBytes = bytes;
            world.Nodes[author].Transfers.TellRoom();
            var deaf = world.Live.Where(n => n.Number != author).ToList();
            var saidMs = world.NowMs;
            world.RunUntil("an honest record is everywhere", Minute, 10, () =>
            {
                var heard = deaf.RemoveAll(
                    n => (long)n.Core.Nodes[world.Nodes[author].Id].DonatedBytes == bytes);
                delays.AddRange(Enumerable.Repeat(world.NowMs - saidMs, heard));
                return deaf.Count == 0;
            });
        }
        delays.Sort();
        return delays[delays.Count * 99 / 100];
    }
}
