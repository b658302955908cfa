using System.Net;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.V1;
using RecordKind = WeightSwarm.Core.Records.RecordKind;

namespace WeightSwarm.Simulation.Hostile;

/// <summary>
/// One of many nodes of one owner. It dials, greets, lets itself be linked and answers probes as any node does, so that
/// nothing it sends is invalid; but it passes nothing on, answers no reconciliation, and says what its owner wants.
/// </summary>
internal sealed class SybilNode : IHostile
{
    private const int GossipPort = 7000, RecordsPerPush = 64;

    private readonly SimWorld _world;
    private readonly SimKey _key;
    private readonly SortedDictionary<SessionId, bool> _open = [];
    private readonly SortedDictionary<RecordKey, Core.Records.Record> _said = [];
    private ulong _seq;

    public SybilNode(SimWorld world, int number)
    {
        (_world, Number, _key) = (world, number, new SimKey(world.Seed, number));
        world.Nodes[number].Hostile = this;
    }

    public int Number { get; }
    public Core.Identity.NodeId Id => _key.Id;
    private long UnixMs => SimWorld.EpochUnixMs + _world.NowMs;

    /// <summary>Connects to an honest node.</summary>
    public void Dial(int honest) => _world.Net.Dial(Number, _world.Net.AddressOf(honest), null);

    /// <summary>Signs a record and pushes it on every stream, and on those that come.</summary>
    public void Say(RecordKind kind, byte[] subject, IMessage body, long ttlMs)
    {
        _seq = Math.Max(_seq + 1, (ulong)UnixMs);
        var record = EnvelopeCodec.Write(_key, _world.Network, kind, subject, body, _seq, UnixMs, ttlMs);
        _said[record.Key] = record;
        foreach (var session in _open.Keys) Push(session, [record]);
    }

    /// <summary>Renews what it has said of itself and of what it holds.</summary>
    public void SayAgain()
    {
        SayNode();
        foreach (var old in _said.Values.Where(r => r.Kind == RecordKind.Holding).ToList())
            Say(old.Kind, old.Subject.ToArray(), RecordBodies.Holding(old), _world.Pace.LeaseTtlMs);
    }

    /// <summary>Says that it is there, with room for everything.</summary>
    public void SayNode() => Say(RecordKind.Node, [], new V1.Node
    {
        DonatedBytes = 1UL << 40,
        FreeBytes = 1UL << 40,
        Version = "sim",
        StartedMs = (ulong)SimWorld.EpochUnixMs,
        Endpoints =
        {
            new Endpoint
            {
                Ip = ByteString.CopyFrom(_world.Net.AddressOf(Number).Address.GetAddressBytes()),
                GossipPort = GossipPort,
                TorrentPort = 7001,
            },
        },
    }, _world.Pace.LeaseTtlMs);

    /// <summary>Says that it holds the whole model; and so it does, until it vanishes.</summary>
    public void SayHolding(Core.Catalogue.Entry entry)
    {
        var disk = _world.Nodes[Number].Disk;
        disk.QuotaBytes = 1L << 50;
        for (var slice = 0; slice < entry.Slices; slice++)
            if (!disk.Has(entry.ModelId, slice))
                disk.Intact.Add((entry.ModelId, slice), 1);
        Say(RecordKind.Holding, entry.ModelId.ToArray(),
            new Holding { Verified = ByteString.CopyFrom(SliceSet.All(entry.Slices).ToBitmap()) },
            _world.Pace.LeaseTtlMs);
    }

    /// <summary>Says that it is fetching a slice, and comes before everybody.</summary>
    public void SayClaim(Core.Catalogue.Entry entry, int slice, int percent, PartMap? parts = null) => Say(
        RecordKind.Claim, RecordBodies.SliceSubject(entry.ModelId, slice), new Claim
        {
            Score = (ulong)Number,
            ProgressPercent = (uint)percent,
            ClaimedMs = (ulong)UnixMs,
            Parts = ByteString.CopyFrom((parts ?? PartMap.Empty).ToArray()),
        }, _world.Pace.U2.ClaimTtlMs);

    /// <summary>Says that a node is down, whatever that node does.</summary>
    public void SayDown(Core.Identity.NodeId subject) => Say(
        RecordKind.Observation, subject.Hash.ToArray(), new Observation { Down = true, SinceMs = (ulong)UnixMs },
        24 * 3_600_000);

    public void Happened(CoreInput input)
    {
        if (input is CoreInput.SessionOpened opened) Greet(opened);
        else if (input is CoreInput.SessionClosed closed) _open.Remove(closed.Session);
    }

    public void Arrived(SessionId session, Frame frame)
    {
        if (frame.KindCase == Frame.KindOneofCase.Ping)
            Send(session, new Frame { Pong = new Pong { Nonce = frame.Ping.Nonce, UnixMs = (ulong)UnixMs } });
        else if (frame.KindCase == Frame.KindOneofCase.Neighbour && frame.Neighbour.Active && !_open[session])
            Link(session);
        else if (frame.KindCase == Frame.KindOneofCase.Close)
            _open.Remove(session);
    }

    private void Greet(CoreInput.SessionOpened opened)
    {
        _open[opened.Session] = false;
        Send(opened.Session, new Frame
        {
            Hello = new Hello
            {
                NetworkId = ByteString.CopyFrom(_world.Network.Hash.ToArray()),
                Protocol = 1,
                GossipPort = GossipPort,
                ObservedIp = ByteString.CopyFrom(opened.Remote.Address.GetAddressBytes()),
                Version = "sim",
            },
        });
        if (opened.Outbound) Link(opened.Session);
        Push(opened.Session, _said.Values);
    }

    private void Link(SessionId session)
    {
        _open[session] = true;
        Send(session, new Frame { Neighbour = new Neighbour { Active = true, Urgent = true } });
    }

    private void Push(SessionId session, IEnumerable<Core.Records.Record> records)
    {
        foreach (var chunk in records.Chunk(RecordsPerPush))
        {
            var push = new Push();
            push.Envelopes.AddRange(chunk.Select(r => UnsafeByteOperations.UnsafeWrap(r.Bytes)));
            Send(session, new Frame { Push = push });
        }
    }

    private void Send(SessionId session, Frame frame) => _world.Net.Send(Number, session, frame);
}
