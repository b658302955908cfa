using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>
/// Many nodes with their overlay, broadcast and reconciliation, and nothing else. Above a few hundred nodes each knows
/// a uniform sample of the members instead of all: whom it draws as a neighbour is as random, and 100,000 nodes fit.
/// </summary>
internal sealed class OverlayWorld
{
    private const long BootMs = 86_400_000;

    private readonly Schedule _schedule = new();
    private readonly ulong[] _seqs;
    private Func<int, int>? _sideOf;

    public OverlayWorld(ulong seed, int nodes)
    {
        Seed = seed;
        Random = new SplitMix64(seed);
        Founder = new WideKey(seed, -1);
        Network = new NetworkId(Founder.Id.Hash);
        _seqs = new ulong[nodes];
        Nodes = new OverlayNode[nodes];
        for (var i = 0; i < nodes; i++) Nodes[i] = new OverlayNode(this, i);
        Net = new OverlayNet(this, Random.Split());
    }

    public ulong Seed { get; }
    public SplitMix64 Random { get; }
    public WideKey Founder { get; }
    public NetworkId Network { get; }
    public KnownRecords Known { get; } = new();
    public OverlayNode[] Nodes { get; }
    public OverlayNet Net { get; }
    public Pace Pace { get; } = Pace.Real;
    public long NowMs => _schedule.NowMs;
    public Instant Now => new(BootMs + NowMs, SimWorld.EpochUnixMs + NowMs);
    public long Events { get; private set; }
    /// <summary>Told of every record that a node newly has from another.</summary>
    public Action<OverlayNode, Record>? Heard { get; set; }

    public static long TrueMs(long monotonicMs) => monotonicMs <= BootMs ? 0 : monotonicMs - BootMs;

    public void At(long ms, Due due) => _schedule.At(ms, due);

    public void In(long ms, Action action) => _schedule.In(ms, action);

    public void RunFor(long ms)
    {
        for (var until = NowMs + ms; _schedule.Step(until);) Events++;
    }

    /// <summary>Runs until the condition holds, looking every so often; the time that it took, or -1 ms.</summary>
    public long RunUntil(long withinMs, long everyMs, Func<bool> condition)
    {
        for (var start = NowMs; ; RunFor(everyMs))
        {
            if (condition()) return NowMs - start;
            if (NowMs - start >= withinMs) return -1;
        }
    }

    /// <summary>Some hosts lose power at the same moment.</summary>
    public void Crash(IReadOnlySet<int> nodes)
    {
        foreach (var node in nodes) Nodes[node].Crash();
        Net.Vanish(nodes);
    }

    /// <summary>Nodes of the same side reach each other; null heals.</summary>
    public void Cut(Func<int, int>? sideOf) => _sideOf = sideOf;

    public bool Reaches(int a, int b) => _sideOf is null || _sideOf(a) == _sideOf(b);

    public void Accepted(OverlayNode node, Record record) => Heard?.Invoke(node, record);

    /// <summary>A new node record of a node, as big as they are.</summary>
    public Record NodeRecord(int node)
    {
        _seqs[node] = Math.Max(_seqs[node] + 1, (ulong)Now.UnixMs);
        return Samples.NodeRecord(Network, Nodes[node].Key, node, _seqs[node], Now.UnixMs);
    }

    public Record Charter()
    {
        var charter = new Charter("simulation", [], Policy.Default);
        return EnvelopeCodec.Write(Founder, Network, RecordKind.Charter, [], RecordBodies.Charter(charter), 1,
            Now.UnixMs, RecordSet.CatalogueTtlMs);
    }

    /// <summary>
    /// Starts all nodes within half a minute, each with the charter, a sample of the members and its monitors. These
    /// are drawn at random; a core's are, too, by the ids.
    /// </summary>
    public void StartAll(int sample, int monitors)
    {
        var charter = Charter();
        var members = new Record[Nodes.Length];
        for (var i = 0; i < Nodes.Length; i++) members[i] = NodeRecord(i);
        foreach (var node in Nodes)
        {
            node.Records.Offer(charter, Now);
            var known = Random.Pick(Nodes.Length, Math.Min(sample, Nodes.Length));
            var watching = Random.Pick(Nodes.Length, monitors).Where(n => n != node.Number).ToList();
            node.Monitors = [.. watching.Select(n => Nodes[n].Key.Id)];
            foreach (var monitor in watching)
            {
                node.Ties.Add(Nodes[monitor].Key.Id);
                Nodes[monitor].Ties.Add(node.Key.Id);
            }
            var others = known.Union(watching).Where(n => n != node.Number).Select(n => members[n]).ToList();
            In(Random.Below(30_000), () => node.Start(others, []));
        }
    }

    /// <summary>These members' records, and no others, are in every set from the beginning.</summary>
    public void GiveAll(IReadOnlyList<Record> records)
    {
        foreach (var node in Nodes)
            foreach (var record in records)
                node.Records.Offer(record, Now);
    }

    /// <summary>A node that runs, drawn at random.</summary>
    public OverlayNode Any()
    {
        while (true)
            if (Nodes[(int)Random.Below(Nodes.Length)] is { Up: true } node)
                return node;
    }
}
