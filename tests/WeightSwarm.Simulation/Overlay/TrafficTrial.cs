using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>
/// What a node sends, in a network in which everybody says as much as whole cores say in an ordinary life: the rates
/// are those of `steady-4` with 100 nodes, from the second day on, and of claims those of its first day, at as many
/// repairs as nodes with lives of 180 and 540 days and fifty slices each need. In a network that is parted, claims and
/// holdings are heard by those who watch their buckets, 17 of 1,024: so many fewer of them are said here, to all.
/// </summary>
internal static class TrafficTrial
{
    private const long Second = 1_000, Minute = 60 * Second, Day = 86_400 * Second;
    private const int PartedFrom = 20_000, BucketsWatched = 17, Buckets = 1_024;

    private const string Reports = "audit reports";

    /// <summary>Copies in an audit report: as large as those of `steady-4`.</summary>
    private const int AuditedCopies = 12;

    /// <summary>A kind of what is said, and how often a node says it.</summary>
    /// <param name="Name">In the figures.</param>
    /// <param name="PerMilleADay">A thousand days of a node.</param>
    /// <param name="IsOfABucket">Only those hear it who watch the bucket.</param>
    /// <param name="Write">One of them.</param>
    private sealed record Saying(
        string Name, int PerMilleADay, bool IsOfABucket, Func<OverlayWorld, int, Record> Write);

    private static readonly Saying[] _life =
    [
        new("renewals", 990, false, Renewal),
        new("node records", 100, false, static (world, node) => world.NodeRecord(node)),
        new("observations", 645, false, static (world, node) => Samples.Observation(
            world.Network, world.Nodes[node].Key, world.Nodes[(node + 1) % world.Nodes.Length].Key,
            (ulong)world.Now.UnixMs, world.Now.UnixMs)),
        new("holdings", 120, true, static (world, node) => Samples.Holding(
            world.Network, world.Nodes[node].Key, node, (ulong)world.Now.UnixMs, world.Now.UnixMs)),
        new("claims", 830, true, static (world, node) => Samples.Claim(
            world.Network, world.Nodes[node].Key, node, (ulong)world.Now.UnixMs, world.Now.UnixMs)),
        new(Reports, 3_640, false, static (world, node) => Samples.AuditReport(
            world.Network, world.Nodes[node].Key, AuditedCopies, (ulong)world.Now.UnixMs, world.Now.UnixMs)),
    ];

    public static void Run(ulong seed, int nodes, SortedDictionary<string, long> figures, TextWriter? progress)
    {
        var world = new OverlayWorld(seed, nodes);
        world.StartAll(nodes <= 256 ? nodes : nodes <= PartedFrom ? 48 : 24, monitors: 8);
        world.RunFor(7 * Minute);
        progress?.WriteLine($"settled: {world.Events} events, {GC.GetTotalMemory(false) >> 20} MiB");
        // As many broadcasts in each measure, whatever the size: it takes less time of a larger network.
        var window = Math.Clamp(50 * Day / nodes, 30 * Second, Day);
        Measure(world, [], window, "silence", figures, progress);
        Measure(world, [.. _life.Where(s => s.Name != Reports)], window, "life", figures, progress);
        Measure(world, [.. _life.Where(s => s.Name == Reports)], window, Reports, figures, progress);
        figures["offences"] = world.Nodes.Sum(n => n.Offences);
    }

    private static void Measure(
        OverlayWorld world, Saying[] sayings, long windowMs, string name, SortedDictionary<string, long> figures,
        TextWriter? progress)
    {
        foreach (var saying in sayings) Plan(world, saying, windowMs);
        world.Net.ClearCounts();
        world.RunFor(windowMs);
        var sent = world.Net.SentBy.Order().Select(bytes => bytes * Second / windowMs).ToArray();
        figures[$"{name}: bytes per node and second"] = sent.Sum() / sent.Length;
        figures[$"{name}: bytes per second of the 95th of 100 nodes"] = sent[sent.Length * 95 / 100];
        progress?.WriteLine($"{name}: {windowMs / Second} s, {world.Events} events");
        world.RunFor(Minute);
    }

    private static void Plan(OverlayWorld world, Saying saying, long windowMs)
    {
        var times = (Int128)world.Nodes.Length * saying.PerMilleADay * windowMs / (1_000 * Day);
        if (saying.IsOfABucket && world.Nodes.Length >= PartedFrom) times = times * BucketsWatched / Buckets;
        for (var i = 0; i < times; i++)
            world.In(world.Random.Below(windowMs), () =>
            {
                var node = world.Any();
                node.Publish(saying.Write(world, node.Number));
            });
    }

    private static Record Renewal(OverlayWorld world, int node) => EnvelopeCodec.Write(
        world.Nodes[node].Key, world.Network, RecordKind.Renewal, [],
        Renewals.Write(Enumerable.Range(1, 4).Select(n => (ulong)n << 32)), (ulong)world.Now.UnixMs, world.Now.UnixMs,
        Pace.Real.LeaseTtlMs);
}
