using System.Net;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.V1;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// The network between the nodes. A stream is reliable and ordered while it lasts, as TCP is: a frame that is lost is
/// sent again and holds up those behind it, and after some losses in a row the stream breaks; across a cut the frames
/// wait, and arrive when the cut heals if both ends still keep the stream. Frames overtake each other, and the same
/// record comes twice, only by way of different streams. Latencies are fixed per pair and jitter per frame. Who
/// reaches whom, and who can be dialled, is the <see cref="Terrain"/>'s.
/// </summary>
internal sealed class Net(SimWorld world, SplitMix64 random)
{
    private const int FrameOverheadBytes = 30, MostFrameBytes = 64 * 1024, MostContentBytes = 256 * 1024;
    private const int MostRetries = 8, GossipPort = 7000;
    private const long LeastResendMs = 200;

    private static readonly long[] _callGapsMs = [1_000, 2_000, 4_000, 3_000];

    private readonly Dictionary<long, Stream> _streams = [];
    // Something arrived on it last: most frames are answered at once.
    private Stream? _latest;
    private readonly Dictionary<int, IPAddress> _settled = [];
    private readonly Dictionary<IPAddress, int> _settlers = [];
    private readonly Dictionary<int, HashSet<Stream>> _streamsOf = [];
    private readonly ulong _latencySeed = random.Next();
    private readonly ulong _jitterSeed = random.Next();
    private readonly Stack<Arrival> _spare = new();
    private long _lastStream;
    private int _lastPort = 40_000;

    public Terrain Terrain { get; } = new(world.Nodes.Length);
    /// <summary>One-way latency, shortest and longest, ms.</summary>
    public (int Least, int Most) LatencyMs { get; set; } = (5, 80);
    /// <summary>One-way latency of a pair, ms, where it is not to be drawn from <see cref="LatencyMs"/>.</summary>
    public Func<int, int, int>? LatencyOf { get; set; }
    /// <summary>Frames that are lost and sent again, per thousand.</summary>
    public int LostPerThousand { get; set; }

    private sealed class Stream(long id, int dialler, int acceptor)
    {
        public SessionId Id { get; } = new(id);
        private End _dialler = new(dialler), _acceptor = new(acceptor);

        /// <summary>The dialler's end (0) or the acceptor's (1).</summary>
        public ref End this[int side] => ref side == 0 ? ref _dialler : ref _acceptor;

        public int SideOf(int node) => _dialler.Node == node ? 0 : 1;
    }

    private struct End(int node)
    {
        public int Node { get; } = node;
        public bool Open { get; set; } = true;
        public long LastArrivalMs { get; set; }
        public uint Carried { get; set; }
        /// <summary>What cannot get through to it yet; null while nothing has had to wait.</summary>
        public Queue<(Frame Frame, int Size)>? Waiting { get; set; }
        public void Wait(Frame frame, int size) => (Waiting ??= new()).Enqueue((frame, size));
    }

    private sealed record Dialling(int From, int Life, int To, IPEndPoint Address, NodeId? Peer);

    public int OpenStreams => _streams.Count;

    /// <summary>Where a node listens: 10.x.y.1, unless the scenario has settled it elsewhere.</summary>
    public IPEndPoint AddressOf(int node) =>
        new(_settled.GetValueOrDefault(node) ?? new IPAddress([10, (byte)(node >> 8), (byte)node, 1]), GossipPort);

    /// <summary>Gives a node an address of its own; before it starts.</summary>
    public void Settle(int node, IPAddress address)
    {
        _settled[node] = address;
        _settlers[address] = node;
    }

    /// <summary>Whether two nodes can exchange data, as a transfer does.</summary>
    public bool Reaches(int a, int b) => Terrain.Passes(a, b) && Terrain.Passes(b, a);

    /// <summary>Whether one of two nodes can dial the other.</summary>
    public bool Connects(int a, int b) => Terrain.CanDial(a, b) || Terrain.CanDial(b, a);

    public void Dial(int from, IPEndPoint address, NodeId? peer)
    {
        var to = NodeAt(address);
        Call(new Dialling(from, world.Nodes[from].Life, to < world.Nodes.Length ? to : -1, address, peer), 0);
    }

    /// <summary>
    /// A dead host does not answer; a live one without the daemon refuses at once. While nobody answers the kernel
    /// calls again after one, two and four seconds, and the daemon gives up after ten.
    /// </summary>
    private void Call(Dialling dial, int calls)
    {
        if (dial.To >= 0 && Answers(dial.From, dial.To))
            world.In(4 * Latency(dial.From, dial.To), () => Answer(dial));
        else if (calls < _callGapsMs.Length - 1) world.In(_callGapsMs[calls], () => Call(dial, calls + 1));
        else world.In(_callGapsMs[calls], () => Answer(dial));
    }

    private void Answer(Dialling dial)
    {
        var (from, to) = (dial.From, dial.To);
        if (world.Nodes[from].Life != dial.Life) return;
        var open = to >= 0 && Answers(from, to) && world.Nodes[to].Listens && world.Nodes[from].Acts &&
            (dial.Peer is null || dial.Peer == world.Nodes[to].Id);
        if (open) Open(from, to, dial.Address);
        else Deliver(from, n => n.Handle(new CoreInput.DialFailed(dial.Address), EventKind.DialFailed));
    }

    /// <summary>Somebody tries the way back to a peer that dialled him.</summary>
    public void Knock(int from, CoreOutput.Knock knock)
    {
        var to = world.NodeOf(knock.Peer).Number;
        var life = world.Nodes[from].Life;
        var answers = Answers(from, to);
        world.In(answers ? 4 * Latency(from, to) : world.Pace.DialRetryMs, () =>
        {
            if (world.Nodes[from].Life != life) return;
            Deliver(from, n => n.Handle(
                new CoreInput.Knocked(knock.Session, answers && world.Nodes[to].Listens), EventKind.Knocked));
        });
    }

    public void Send(int from, SessionId id, Frame frame)
    {
        var size = frame.CalculateSize();
        var most = frame.KindCase == Frame.KindOneofCase.ContentPart ? MostContentBytes : MostFrameBytes;
        if (size > most)
            throw new ScenarioFailedException($"I5: node {from} sends a {frame.KindCase} of {size} bytes, not {most}");
        world.Metrics.Sent(from, size + FrameOverheadBytes, frame.KindCase);
        var stream = _latest?.Id == id ? _latest : _streams.GetValueOrDefault(id.Value);
        if (stream is null) return;
        Carry(stream, 1 - stream.SideOf(from), frame, size);
    }

    /// <summary>One end closes; the other hears of it when word gets through.</summary>
    public void Close(int from, SessionId id, string reason)
    {
        if (!_streams.TryGetValue(id.Value, out var stream)) return;
        var side = stream.SideOf(from);
        var frame = new Frame { Close = new Close { Reason = reason } };
        Carry(stream, 1 - side, frame, frame.CalculateSize());
        stream[side].Open = false;
        if (Flows(stream, 1 - side)) TellClosed(stream, 1 - side);
        Sweep(stream);
    }

    /// <summary>All streams of a node end; without warning nobody hears of it until the host is back.</summary>
    public void Vanish(int node, bool warned)
    {
        foreach (var stream in StreamsOf(node))
        {
            var side = stream.SideOf(node);
            stream[side].Open = false;
            if (warned && Flows(stream, 1 - side)) TellClosed(stream, 1 - side);
            Sweep(stream);
        }
    }

    /// <summary>A host is up again: what is still sent on its old streams is answered with a reset.</summary>
    public void Reset(int node)
    {
        foreach (var stream in StreamsOf(node))
        {
            var side = stream.SideOf(node);
            if (!stream[side].Open && stream[1 - side].Open && Flows(stream, 1 - side)) TellClosed(stream, 1 - side);
        }
    }

    /// <summary>Breaks one stream, drawn at random, at both ends.</summary>
    public void BreakOne()
    {
        if (_streams.Count == 0) return;
        var ids = _streams.Keys.Order().ToList();
        Break(_streams[ids[(int)random.Below(ids.Count)]]);
    }

    /// <summary>Cuts or heals: nodes with equal sides reach each other.</summary>
    public void Cut(Func<int, int> sideOf)
    {
        for (var node = 0; node < Terrain.Side.Length; node++) Terrain.Side[node] = sideOf(node);
        Settle();
    }

    /// <summary>The terrain has changed, or a host woke up: what waited for it goes on its way.</summary>
    public void Settle()
    {
        foreach (var stream in _streams.Values.OrderBy(s => s.Id).ToList())
            for (var to = 0; to < 2; to++)
            {
                if (!Flows(stream, to)) continue;
                while (stream[to].Waiting?.TryDequeue(out var frame) == true)
                    Carry(stream, to, frame.Frame, frame.Size);
                if (!stream[1 - to].Open && stream[to].Open) TellClosed(stream, to);
            }
    }

    private int NodeAt(IPEndPoint address)
    {
        if (address.Port != GossipPort) return -1;
        if (_settlers.TryGetValue(address.Address, out var settler)) return settler;
        Span<byte> bytes = stackalloc byte[16];
        address.Address.TryWriteBytes(bytes, out var length);
        return length == 4 && bytes[0] == 10 ? bytes[1] << 8 | bytes[2] : -1;
    }

    private bool Answers(int from, int to) =>
        Terrain.CanDial(from, to) && world.Nodes[to] is { HostUp: true, Asleep: false };

    /// <summary>
    /// Data gets to that side: packets pass, and the host is awake to take them. (What is acknowledged does not matter
    /// for as long as a stream may last without.)
    /// </summary>
    private bool Flows(Stream stream, int to) =>
        Terrain.Passes(stream[1 - to].Node, stream[to].Node) && !world.Nodes[stream[to].Node].Asleep;

    private List<Stream> StreamsOf(int node) =>
        _streamsOf.TryGetValue(node, out var streams) ? [.. streams.OrderBy(s => s.Id)] : [];

    private void Open(int from, int to, IPEndPoint address)
    {
        var id = new SessionId(++_lastStream);
        var ephemeral = new IPEndPoint(AddressOf(from).Address, _lastPort++ % 20_000 + 40_000);
        // A node that dials itself has two ends of its own, which one session id cannot name.
        if (from != to)
        {
            Add(new Stream(id.Value, from, to));
            world.Nodes[to].Handle(
                new CoreInput.SessionOpened(id, world.Nodes[from].Id, false, ephemeral), EventKind.Opened);
        }
        world.Nodes[from].Handle(
            new CoreInput.SessionOpened(id, world.Nodes[to].Id, true, address), EventKind.Opened);
    }

    private void Carry(Stream stream, int to, Frame frame, int size)
    {
        if (!stream[to].Open || !stream[1 - to].Open) return;
        if (!Flows(stream, to))
        {
            stream[to].Wait(frame, size);
            return;
        }
        if (ArrivalMs(stream, to) is not { } atMs)
        {
            Break(stream);
            return;
        }
        if (!_spare.TryPop(out var arrival)) arrival = new Arrival(this);
        (arrival.Stream, arrival.To, arrival.Size) = (stream, to, size);
        arrival.Frame = world.ThroughBytes ? Frame.Parser.ParseFrom(frame.ToByteArray()) : frame;
        world.At(atMs, arrival);
    }

    /// <summary>When a frame gets there, with the times that it is sent again; null when the stream gives up.</summary>
    private long? ArrivalMs(Stream stream, int to)
    {
        var latency = Latency(stream[0].Node, stream[1].Node);
        // Of the stream's own: what else goes on at the same moment does not matter.
        var number = (ulong)(2 * stream.Id.Value + to) << 32 | stream[to].Carried++;
        var jitter = new SplitMix64(_jitterSeed ^ SplitMix64.Mix(number));
        var at = world.NowMs + latency + jitter.Below(latency / 4 + 1);
        if (LostPerThousand > 0)
        {
            var resendMs = Math.Max(LeastResendMs, 2 * latency);
            for (var retries = 0; jitter.Below(1000) < LostPerThousand; resendMs *= 2, retries++)
            {
                if (retries == MostRetries) return null;
                at += resendMs;
            }
        }
        return stream[to].LastArrivalMs = Math.Max(at, stream[to].LastArrivalMs);
    }

    private void Arrive(Arrival arrival)
    {
        var (stream, to, frame) = (arrival.Stream!, arrival.To, arrival.Frame!);
        (arrival.Stream, arrival.Frame) = (null, null);
        _spare.Push(arrival);
        if (!stream[to].Open) return;
        _latest = stream;
        var node = world.Nodes[stream[to].Node];
        if (node.Asleep) stream[to].Wait(frame, arrival.Size);
        else node.Arrive(stream.Id, frame, arrival.Size);
    }

    private void Break(Stream stream)
    {
        TellClosed(stream, 0);
        TellClosed(stream, 1);
    }

    private void TellClosed(Stream stream, int side)
    {
        var at = Math.Max(stream[side].LastArrivalMs, world.NowMs + Latency(stream[0].Node, stream[1].Node));
        stream[side].LastArrivalMs = at;
        world.In(at - world.NowMs, () => Deliver(stream[side].Node, node =>
        {
            if (!stream[side].Open) return;
            stream[side].Open = false;
            node.Handle(new CoreInput.SessionClosed(stream.Id), EventKind.Closed);
            Sweep(stream);
        }));
        Sweep(stream);
    }

    /// <summary>To a node that is asleep things come when it has woken up.</summary>
    private void Deliver(int node, Action<SimNode> what)
    {
        if (!world.Nodes[node].Asleep) what(world.Nodes[node]);
        else world.In(1000, () => Deliver(node, what));
    }

    private void Sweep(Stream stream)
    {
        if (stream[0].Open || stream[1].Open || !_streams.Remove(stream.Id.Value)) return;
        if (_latest == stream) _latest = null;
        for (var side = 0; side < 2; side++) _streamsOf[stream[side].Node].Remove(stream);
    }

    private void Add(Stream stream)
    {
        _streams.Add(stream.Id.Value, stream);
        for (var side = 0; side < 2; side++)
        {
            var end = stream[side].Node;
            if (!_streamsOf.TryGetValue(end, out var streams)) _streamsOf.Add(end, streams = []);
            streams.Add(stream);
        }
    }

    private long Latency(int a, int b)
    {
        if (LatencyOf is not null) return LatencyOf(a, b);
        var (low, high) = a < b ? (a, b) : (b, a);
        var draw = SplitMix64.Mix(_latencySeed ^ ((ulong)low << 32 | (uint)high));
        return LatencyMs.Least + (long)(draw % (ulong)(LatencyMs.Most - LatencyMs.Least + 1));
    }

    /// <summary>A frame on its way.</summary>
    private sealed class Arrival(Net net) : Due
    {
        public Stream? Stream { get; set; }
        public Frame? Frame { get; set; }
        public int To { get; set; }
        public int Size { get; set; }

        public override void Run() => net.Arrive(this);
    }
}
