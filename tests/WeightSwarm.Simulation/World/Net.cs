using System.Net;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.V1;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// The network between the nodes. A stream is reliable and ordered while it lasts, as TCP is: across a cut its frames
/// wait, and arrive when the cut heals if both ends still keep the stream. Latencies are fixed per pair and jitter per
/// frame.
/// </summary>
internal sealed class Net(SimWorld world, SplitMix64 random)
{
    private const int FrameOverheadBytes = 30, MostFrameBytes = 64 * 1024, MostContentBytes = 256 * 1024;

    private readonly SortedDictionary<long, Stream> _streams = [];
    private readonly SortedSet<(int, int)> _blocked = [];
    private readonly ulong _latencySeed = random.Next();
    private readonly SplitMix64 _jitter = random.Split();
    private long _lastStream;
    private int _lastPort = 40_000;

    /// <summary>The side of the cut that each node is on; equal numbers reach each other.</summary>
    public int[] Side { get; } = new int[world.Nodes.Length];
    /// <summary>One-way latency, shortest and longest, ms.</summary>
    public (int Least, int Most) LatencyMs { get; set; } = (5, 80);

    private sealed class Stream(long id, int dialler, int acceptor)
    {
        public SessionId Id { get; } = new(id);
        public int[] Ends { get; } = [dialler, acceptor];
        public bool[] Open { get; } = [true, true];
        public long[] LastArrivalMs { get; } = new long[2];
        public Queue<Frame>[] Waiting { get; } = [new(), new()];
    }

    public int OpenStreams => _streams.Count;

    public static IPEndPoint AddressOf(int node) =>
        new(new IPAddress([10, (byte)(node >> 8), (byte)node, 1]), 7000);

    public bool Reaches(int from, int to) =>
        Side[from] == Side[to] && !_blocked.Contains((Math.Min(from, to), Math.Max(from, to)));

    /// <summary>Nothing passes between these two any more; nobody is told.</summary>
    public void Block(int a, int b) => _blocked.Add((Math.Min(a, b), Math.Max(a, b)));

    public void Dial(int from, IPEndPoint address, NodeId? peer)
    {
        var bytes = address.Address.GetAddressBytes();
        var to = bytes.Length == 4 && bytes[0] == 10 && address.Port == 7000 ? bytes[1] << 8 | bytes[2] : -1;
        var life = world.Nodes[from].Life;
        var known = to >= 0 && to < world.Nodes.Length;
        var roundTrip = known ? 2 * Latency(from, to) : 0;
        // A dead host does not answer; a live one without the daemon refuses at once.
        var silent = !known || !Reaches(from, to) || !world.Nodes[to].HostUp;
        world.In(silent ? world.Pace.DialRetryMs : 2 * roundTrip, () =>
        {
            if (world.Nodes[from].Life != life) return;
            var open = known && Reaches(from, to) && world.Nodes[to].Up && (peer is null || peer == world.Nodes[to].Id);
            if (open) Open(from, to, address);
            else world.Nodes[from].Handle(new CoreInput.DialFailed(address), EventKind.DialFailed);
        });
    }

    public void Send(int from, SessionId id, Frame frame)
    {
        var size = frame.CalculateSize();
        var most = frame.KindCase == Frame.KindOneofCase.ContentPart ? MostContentBytes : MostFrameBytes;
        if (size > most)
            throw new ScenarioFailedException($"I5: node {from} sends a {frame.KindCase} of {size} bytes, not {most}");
        world.Metrics.Sent(from, size + FrameOverheadBytes, frame.KindCase);
        if (!_streams.TryGetValue(id.Value, out var stream)) return;
        var side = stream.Ends[0] == from && stream.Open[0] ? 0 : 1;
        if (stream.Ends[0] == stream.Ends[1]) return;
        Carry(stream, 1 - side, frame);
    }

    /// <summary>One end closes; the other hears of it when word gets through.</summary>
    public void Close(int from, SessionId id, string reason)
    {
        if (!_streams.TryGetValue(id.Value, out var stream)) return;
        var side = stream.Ends[0] == from ? 0 : 1;
        Carry(stream, 1 - side, new Frame { Close = new Close { Reason = reason } });
        stream.Open[side] = false;
        if (!Reaches(from, stream.Ends[1 - side])) return;
        TellClosed(stream, 1 - side);
    }

    /// <summary>All streams of a node end; without warning nobody hears of it until the host is back.</summary>
    public void Vanish(int node, bool warned)
    {
        foreach (var stream in _streams.Values.Where(s => s.Ends.Contains(node)).ToList())
        {
            var side = stream.Ends[0] == node ? 0 : 1;
            stream.Open[side] = false;
            if (warned && Reaches(node, stream.Ends[1 - side])) TellClosed(stream, 1 - side);
        }
    }

    /// <summary>A host is up again: what is still sent on its old streams is answered with a reset.</summary>
    public void Reset(int node)
    {
        foreach (var stream in _streams.Values.Where(s => s.Ends.Contains(node)).ToList())
        {
            var side = stream.Ends[0] == node ? 0 : 1;
            if (!stream.Open[side] && stream.Open[1 - side] && Reaches(node, stream.Ends[1 - side]))
                TellClosed(stream, 1 - side);
        }
    }

    /// <summary>Breaks one stream, drawn at random, at both ends.</summary>
    public void BreakOne()
    {
        if (_streams.Count == 0) return;
        var stream = _streams.Values.ElementAt((int)random.Below(_streams.Count));
        TellClosed(stream, 0);
        TellClosed(stream, 1);
    }

    /// <summary>Cuts or heals: nodes with equal sides reach each other.</summary>
    public void Cut(Func<int, int> sideOf)
    {
        for (var node = 0; node < Side.Length; node++) Side[node] = sideOf(node);
        foreach (var stream in _streams.Values.ToList())
        {
            if (!Reaches(stream.Ends[0], stream.Ends[1])) continue;
            for (var to = 0; to < 2; to++)
            {
                while (stream.Waiting[to].TryDequeue(out var frame)) Carry(stream, to, frame);
                if (!stream.Open[1 - to] && stream.Open[to]) TellClosed(stream, to);
            }
        }
    }

    private void Open(int from, int to, IPEndPoint address)
    {
        var stream = new Stream(++_lastStream, from, to);
        _streams.Add(stream.Id.Value, stream);
        var ephemeral = new IPEndPoint(AddressOf(from).Address, _lastPort++ % 20_000 + 40_000);
        // A node that dials itself has two ends of its own, which one session id cannot name.
        if (from == to)
        {
            _streams.Remove(stream.Id.Value);
            world.Nodes[from].Handle(
                new CoreInput.SessionOpened(stream.Id, world.Nodes[to].Id, true, address), EventKind.Opened);
            return;
        }
        world.Nodes[to].Handle(
            new CoreInput.SessionOpened(stream.Id, world.Nodes[from].Id, false, ephemeral), EventKind.Opened);
        world.Nodes[from].Handle(
            new CoreInput.SessionOpened(stream.Id, world.Nodes[to].Id, true, address), EventKind.Opened);
    }

    private void Carry(Stream stream, int to, Frame frame)
    {
        if (!stream.Open[to] || !stream.Open[1 - to]) return;
        if (!Reaches(stream.Ends[0], stream.Ends[1]))
        {
            stream.Waiting[to].Enqueue(frame);
            return;
        }
        var bytes = frame.ToByteArray();
        world.In(Arrival(stream, to) - world.NowMs, () =>
        {
            if (stream.Open[to])
                world.Nodes[stream.Ends[to]].Arrive(stream.Id, Frame.Parser.ParseFrom(bytes), bytes);
        });
    }

    private long Arrival(Stream stream, int to)
    {
        var latency = Latency(stream.Ends[0], stream.Ends[1]);
        var at = world.NowMs + latency + _jitter.Below(latency / 4 + 1);
        return stream.LastArrivalMs[to] = Math.Max(at, stream.LastArrivalMs[to]);
    }

    private void TellClosed(Stream stream, int side)
    {
        world.In(Arrival(stream, side) - world.NowMs, () =>
        {
            if (!stream.Open[side]) return;
            stream.Open[side] = false;
            world.Nodes[stream.Ends[side]].Handle(new CoreInput.SessionClosed(stream.Id), EventKind.Closed);
            Sweep(stream);
        });
        Sweep(stream);
    }

    private void Sweep(Stream stream)
    {
        if (!stream.Open[0] && !stream.Open[1]) _streams.Remove(stream.Id.Value);
    }

    private long Latency(int a, int b)
    {
        var (low, high) = a < b ? (a, b) : (b, a);
        var draw = SplitMix64.Mix(_latencySeed ^ ((ulong)low << 32 | (uint)high));
        return LatencyMs.Least + (long)(draw % (ulong)(LatencyMs.Most - LatencyMs.Least + 1));
    }
}
