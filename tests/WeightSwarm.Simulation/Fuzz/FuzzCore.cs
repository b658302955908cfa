using System.Net;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Fuzz;

/// <summary>A whole core that gets mutated frames, from peers that come again when thrown out.</summary>
internal sealed class FuzzCore(FuzzRecords records)
{
    private const int InputsOfACore = 5_000, InputsOfATick = 50;

    private SwarmCore? _core;
    private Instant _now = FuzzRecords.Now;
    private long _session;
    private int _peer, _inputs;

    /// <summary>Frames of every kind.</summary>
    public List<byte[]> Frames()
    {
        var envelopes = records.Envelopes();
        var push = new V1.Push();
        push.Envelopes.AddRange(envelopes.Select(e => ByteString.CopyFrom(e)));
        var id = ByteString.CopyFrom(new byte[Hash256.Size]);
        var index = new RecordIndex();
        index.Add(new IndexItem(1, Hash256.Of([1])));
        V1.Frame[] frames =
        [
            Hello(), new() { Push = push }, new() { Push = new V1.Push { Envelopes = { push.Envelopes[1] } } },
            new() { IHave = new V1.IHave { Ids = { 1, 2, 3 } } }, new() { Graft = new V1.Graft { Ids = { 1, 2 } } },
            new() { Prune = new V1.Prune() }, new() { Ping = new V1.Ping { Nonce = 1 } },
            new() { Pong = new V1.Pong { Nonce = 1, UnixMs = 2 } },
            new() { Reconcile = new Reconciler(index).Start(1, new byte[16]) },
            new() { Want = new V1.Want { Ids = id } }, new() { ContentGet = new V1.ContentGet { Hash = id } },
            new() { ContentPart = new V1.ContentPart { Hash = id, Total = 5, Data = id } },
            new() { Neighbour = new V1.Neighbour { Active = true, Urgent = true } },
            new() { Challenge = new V1.Challenge { Nonce = id, Model = id, Leaves = 1 } },
            new() { Answer = new V1.Answer { Nonce = id } }, new() { Close = new V1.Close { Reason = "bye" } },
        ];
        return [.. frames.Select(f => f.ToByteArray())];
    }

    /// <summary>Parses a frame and lets the core handle it; false when it is no frame.</summary>
    public bool Read(byte[] bytes)
    {
        if (_inputs++ % InputsOfACore == 0) Begin();
        V1.Frame frame;
        try
        {
            frame = V1.Frame.Parser.ParseFrom(bytes);
        }
        catch (Exception e) when (ProtobufFault.IsMalformed(e))
        {
            return false;
        }
        if (!_core!.Peers.Any()) Connect();
        _core.Handle(new CoreInput.FrameArrived(new SessionId(_session), frame), _now);
        if (_inputs % InputsOfATick != 0) return true;
        _now = _now.Plus(500);
        _core.Handle(new CoreInput.Tick(), _now);
        return true;
    }

    private void Begin()
    {
        _core = new SwarmCore(
            new CoreParts(
                FuzzRecords.Network, new SimKey(78, 0), new GullibleVerifier(), new SimDisk(1L << 40), 1, new byte[32]),
            _now);
        foreach (var envelope in records.Envelopes().Take(2))
            _core.Handle(new CoreInput.Restored([envelope]), _now);
    }

    private void Connect()
    {
        _session++;
        var remote = new IPEndPoint(new IPAddress([10, 0, (byte)(_peer >> 8), (byte)_peer]), 7000);
        _core!.Handle(
            new CoreInput.SessionOpened(new SessionId(_session), new SimKey(79, ++_peer).Id, false, remote), _now);
        _core.Handle(new CoreInput.FrameArrived(new SessionId(_session), Hello()), _now);
        var link = new V1.Frame { Neighbour = new V1.Neighbour { Active = true } };
        _core.Handle(new CoreInput.FrameArrived(new SessionId(_session), link), _now);
    }

    private static V1.Frame Hello() => new()
    {
        Hello = new V1.Hello
        {
            NetworkId = ByteString.CopyFrom(FuzzRecords.Network.Hash.ToArray()),
            Protocol = 1,
            ObservedIp = ByteString.CopyFrom(10, 0, 1, 1),
        },
    };
}
