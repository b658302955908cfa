using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Simulation.World;
using WeightSwarm.V1;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>
/// The network of an overlay run: reliable ordered streams with a latency for each pair and jitter for each frame.
/// What is on its way to a dead host, or across a cut, is lost with its stream, which both ends find out by its
/// silence; so a cut must last for longer than a stream may be silent.
/// </summary>
internal sealed class OverlayNet(OverlayWorld world, SplitMix64 random)
{
    private const int FrameOverheadBytes = 30;

    /// <summary>Sixteen quantiles of a lognormal distribution with median 60 ms and sigma 0.5: one-way
    /// latencies.</summary>
    private static readonly int[] LatenciesMs = [24, 31, 36, 41, 45, 49, 53, 58, 62, 68, 73, 80, 88, 99, 116, 152];

    private readonly Dictionary<long, Link> _links = [];
    private readonly ulong _seed = random.Next();
    private readonly Stack<Arrival> _spare = new();
    private long _lastLink;

    private sealed class Link(long id, int dialler, int acceptor)
    {
        public long Id => id;
        public bool[] Open { get; } = [true, true];
        public long[] LastArrivalMs { get; } = new long[2];
        public uint Carried { get; set; }
        public int End(int side) => side == 0 ? dialler : acceptor;
        public int SideOf(int node) => node == dialler ? 0 : 1;
    }

    /// <summary>Frames by kind since the counts were cleared.</summary>
    public long[] Frames { get; } = new long[32];
    /// <summary>Bytes by kind, with what a frame costs on the wire besides.</summary>
    public long[] Bytes { get; } = new long[32];
    /// <summary>Bytes that each node sent.</summary>
    public long[] SentBy { get; } = new long[world.Nodes.Length];
    /// <summary>Bytes that each node was sent.</summary>
    public long[] SentTo { get; } = new long[world.Nodes.Length];
    /// <summary>Ids in announcements.</summary>
    public long AnnouncedIds { get; private set; }
    /// <summary>Records in pushes.</summary>
    public long PushedRecords { get; private set; }
    public int OpenStreams => _links.Count;

    /// <summary>Every node in a network group of its own, up to 50,000 nodes, and two in one above.</summary>
    public static IPEndPoint AddressOf(int node) =>
        new(new IPAddress([(byte)(20 + node % 200), (byte)(node / 200 % 250), (byte)(node / 50_000), 1]), 7000);

    public static int NodeAt(IPEndPoint address)
    {
        Span<byte> bytes = stackalloc byte[16];
        return address.Address.TryWriteBytes(bytes, out var length) && length == 4
            ? bytes[0] - 20 + bytes[1] * 200 + bytes[2] * 50_000 : -1;
    }

    public void ClearCounts()
    {
        Array.Clear(Frames);
        Array.Clear(Bytes);
        Array.Clear(SentBy);
        Array.Clear(SentTo);
        (AnnouncedIds, PushedRecords) = (0, 0);
    }

    public void Dial(int from, IPEndPoint address)
    {
        var to = NodeAt(address);
        var answers = to >= 0 && to < world.Nodes.Length && world.Reaches(from, to) && !world.Nodes[to].Dead;
        world.In(answers ? 4 * LatencyMs(from, to) : world.Pace.DialRetryMs, () =>
        {
            if (!world.Nodes[from].Up) return;
            if (answers && world.Nodes[to].Up && world.Reaches(from, to)) Open(from, to, address);
            else world.Nodes[from].DialFailed(address);
        });
    }

    public void Send(int from, SessionId id, Frame frame)
    {
        var size = frame.CalculateSize() + FrameOverheadBytes;
        Frames[(int)frame.KindCase]++;
        Bytes[(int)frame.KindCase] += size;
        SentBy[from] += size;
        if (frame.KindCase == Frame.KindOneofCase.IHave) AnnouncedIds += frame.IHave.Ids.Count;
        if (frame.KindCase == Frame.KindOneofCase.Push) PushedRecords += frame.Push.Envelopes.Count;
        if (!_links.TryGetValue(id.Value, out var link)) return;
        var to = 1 - link.SideOf(from);
        SentTo[link.End(to)] += size;
        if (!link.Open[1 - to] || !world.Reaches(from, link.End(to))) return;
        if (!_spare.TryPop(out var arrival)) arrival = new Arrival(this);
        (arrival.Link, arrival.To, arrival.Frame) = (link, to, frame);
        world.At(ArrivalMs(link, to), arrival);
    }

    public void Close(int from, SessionId id)
    {
        if (_links.TryGetValue(id.Value, out var link)) Close(link, link.SideOf(from));
    }

    private void Close(Link link, int side)
    {
        link.Open[side] = false;
        var other = 1 - side;
        if (!link.Open[other] || !world.Reaches(link.End(side), link.End(other))) Sweep(link);
        else TellClosed(link, other);
    }

    /// <summary>Some hosts are gone, and nobody says so.</summary>
    public void Vanish(IReadOnlySet<int> nodes)
    {
        foreach (var link in _links.Values)
            for (var side = 0; side < 2; side++)
                if (nodes.Contains(link.End(side)))
                    link.Open[side] = false;
    }

    private void Open(int from, int to, IPEndPoint address)
    {
        var id = ++_lastLink;
        _links.Add(id, new Link(id, from, to));
        world.Nodes[to].Opened(new SessionId(id), world.Nodes[from], outbound: false, AddressOf(from));
        world.Nodes[from].Opened(new SessionId(id), world.Nodes[to], outbound: true, address);
    }

    private void TellClosed(Link link, int side) => world.In(ArrivalMs(link, side) - world.NowMs, () =>
    {
        if (!link.Open[side]) return;
        link.Open[side] = false;
        world.Nodes[link.End(side)].Closed(new SessionId(link.Id));
        Sweep(link);
    });

    private void Arrive(Arrival arrival)
    {
        var (link, to, frame) = (arrival.Link!, arrival.To, arrival.Frame!);
        (arrival.Link, arrival.Frame) = (null, null);
        _spare.Push(arrival);
        var node = world.Nodes[link.End(to)];
        if (!node.Up || !world.Reaches(link.End(1 - to), link.End(to))) return;
        if (link.Open[to]) node.Arrive(new SessionId(link.Id), frame);
        // A host that does not know the stream answers with a reset.
        else if (link.Open[1 - to]) TellClosed(link, 1 - to);
    }

    private long ArrivalMs(Link link, int to)
    {
        var latency = LatencyMs(link.End(0), link.End(1));
        var draw = SplitMix64.Mix(_seed ^ (ulong)link.Id << 24 ^ link.Carried++);
        var at = world.NowMs + latency + (long)(draw % (ulong)(latency / 4 + 1));
        return link.LastArrivalMs[to] = Math.Max(at, link.LastArrivalMs[to]);
    }

    private void Sweep(Link link)
    {
        if (!link.Open[0] && !link.Open[1]) _links.Remove(link.Id);
    }

    private long LatencyMs(int a, int b)
    {
        var (low, high) = a < b ? (a, b) : (b, a);
        return LatenciesMs[SplitMix64.Mix(_seed ^ ((ulong)low << 32 | (uint)high)) % (ulong)LatenciesMs.Length];
    }

    private sealed class Arrival(OverlayNet net) : Due
    {
        public Link? Link { get; set; }
        public Frame? Frame { get; set; }
        public int To { get; set; }

        public override void Run() => net.Arrive(this);
    }
}
