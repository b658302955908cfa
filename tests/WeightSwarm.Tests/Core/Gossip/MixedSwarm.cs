using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Records;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Gossip;

/// <summary>
/// Cores in one process, joined by streams that carry bytes; every frame is delivered before time passes. Those of the
/// next version send what <see cref="LaterFrames"/> makes of their frames, and now and then a kind of their own.
/// </summary>
internal sealed class MixedSwarm
{
    private readonly List<Node> _nodes = [];
    private readonly Queue<(Node To, SessionId Session, byte[] Frame)> _sent = [];
    private readonly List<string> _closed = [];
    private Instant _now = TestRecords.Now;
    private long _lastSession;

    internal sealed class Node(SwarmCore core, int number, bool isNext)
    {
        public SwarmCore Core => core;
        public int Number => number;
        public bool IsNext => isNext;
        public Dictionary<SessionId, (Node Peer, SessionId There)> Streams { get; } = [];
        public bool HasAll(IEnumerable<Record> records) =>
            records.All(r => Core.Records.Any(kept => kept.Bytes.Span.SequenceEqual(r.Bytes.Span)));
    }

    /// <summary>Why streams were closed, by whom.</summary>
    public IReadOnlyList<string> Closed => _closed;

    public Instant Now => _now;

    public Node Add(bool isNext)
    {
        var number = _nodes.Count + 1;
        var (key, secret) = (new SimKey(7, number), new byte[32]);
        secret[0] = (byte)number;
        var core = new SwarmCore(
            new CoreParts(TestRecords.Network, key, key, new SimDisk(1L << 40), (ulong)number, secret), _now);
        _nodes.Add(new Node(core, number, isNext));
        return _nodes[^1];
    }

    public void Connect(Node from, Node to)
    {
        var (here, there) = (new SessionId(++_lastSession), new SessionId(++_lastSession));
        from.Streams[here] = (to, there);
        to.Streams[there] = (from, here);
        Handle(from, new CoreInput.SessionOpened(here, to.Core.Self, true, CoreBench.AddressOf(to.Number)));
        Handle(to, new CoreInput.SessionOpened(there, from.Core.Self, false, CoreBench.AddressOf(from.Number)));
        Deliver();
    }

    public void Publish(Node at, Record record)
    {
        Handle(at, new CoreInput.Publish(record));
        Deliver();
    }

    public void Pass(long ms)
    {
        for (var end = _now.MonotonicMs + ms; _now.MonotonicMs < end;)
        {
            _now = _now.Plus(100);
            foreach (var node in _nodes)
            {
                Handle(node, new CoreInput.Tick());
                if (node.IsNext && _now.MonotonicMs % 1_000 == 0)
                    foreach (var (peer, there) in node.Streams.Values)
                        _sent.Enqueue((peer, there, LaterFrames.UnknownFields));
            }
            Deliver();
        }
    }

    private void Handle(Node node, CoreInput input)
    {
        foreach (var output in node.Core.Handle(input, _now))
            if (output is CoreOutput.Send send && node.Streams.TryGetValue(send.Session, out var stream))
                _sent.Enqueue((stream.Peer, stream.There, node.IsNext ? LaterFrames.BytesOf(send.Frame)
                    : Google.Protobuf.MessageExtensions.ToByteArray(send.Frame)));
            else if (output is CoreOutput.Close close)
                _closed.Add($"node {node.Number}: {close.Reason}");
    }

    private void Deliver()
    {
        while (_sent.TryDequeue(out var sent))
            Handle(sent.To, new CoreInput.FrameArrived(sent.Session, V1.Frame.Parser.ParseFrom(sent.Frame)));
    }
}
