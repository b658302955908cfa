using System.Net;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Records;

namespace WeightSwarm.Tests.Core.Gossip;

/// <summary>One core on the bench: the test plays its peers, its driver and its clock.</summary>
internal sealed class CoreBench
{
    private long _lastSession;

    public CoreBench(bool drill = true, BucketRules? buckets = null, SimDisk? disk = null)
    {
        Now = TestRecords.Now;
        Core = new SwarmCore(new CoreParts(
            TestRecords.Network, TestRecords.Alice, TestRecords.Alice, disk ?? new SimDisk(1L << 40), 1,
            new byte[32])
        {
            Buckets = buckets ?? BucketRules.Default,
        }, Now);
        if (drill) Publish(Policy.Default with { Pace = Pace.Drill, Domains = DomainRule.Node, Copies = 2 });
    }

    public SwarmCore Core { get; }
    public Instant Now { get; private set; }

    /// <summary>The machine's wall clock is set; the monotonic one goes on.</summary>
    public void SetClock(long unixMs) => Now = Now with { UnixMs = unixMs };

    /// <summary>Time passes, and nobody ticks.</summary>
    public void Wait(long ms) => Now = Now.Plus(ms);

    public IReadOnlyList<CoreOutput> Handle(CoreInput input) => Core.Handle(input, Now);

    public IReadOnlyList<CoreOutput> Frame(SessionId session, V1.Frame frame) =>
        Handle(new CoreInput.FrameArrived(session, frame));

    public List<CoreOutput> Ticks(long ms)
    {
        List<CoreOutput> outputs = [];
        for (var end = Now.MonotonicMs + ms; Now.MonotonicMs < end;)
        {
            Now = Now.Plus(100);
            outputs.AddRange(Handle(new CoreInput.Tick()));
        }
        return outputs;
    }

    public void Publish(Policy policy) =>
        Handle(new CoreInput.Publish(TestRecords.Charter(TestRecords.Founder, policy)));

    public static IPEndPoint AddressOf(int peer) => new(new IPAddress([10, 0, (byte)peer, 1]), 7000);

    public (SessionId Session, IReadOnlyList<CoreOutput> Outputs) Open(int peer, bool outbound = false)
    {
        var session = new SessionId(++_lastSession);
        return (session, Handle(
            new CoreInput.SessionOpened(session, new SimKey(7, peer).Id, outbound, AddressOf(peer))));
    }

    /// <summary>A stream on which both have greeted.</summary>
    public SessionId Greeted(int peer, bool outbound = false)
    {
        var (session, _) = Open(peer, outbound);
        Frame(session, Hello());
        return session;
    }

    /// <summary>A link of the overlay.</summary>
    public SessionId Linked(int peer)
    {
        var session = Greeted(peer);
        Frame(session, new V1.Frame { Neighbour = new V1.Neighbour { Active = true } });
        return session;
    }

    public static V1.Frame Hello(byte[]? network = null) => new()
    {
        Hello = new V1.Hello
        {
            NetworkId = ByteString.CopyFrom(network ?? TestRecords.Network.Hash.ToArray()),
            Protocol = 1,
            ObservedIp = ByteString.CopyFrom(10, 0, 1, 1),
        },
    };

    public static V1.Frame Push(params WeightSwarm.Core.Records.Record[] records)
    {
        var push = new V1.Push();
        push.Envelopes.AddRange(records.Select(r => ByteString.CopyFrom(r.Bytes.Span)));
        return new V1.Frame { Push = push };
    }

    public static V1.Frame IHave(WeightSwarm.Core.Records.Record record) =>
        new() { IHave = new V1.IHave { Ids = { record.Id.Prefix } } };

    public static List<V1.Frame> To(IEnumerable<CoreOutput> outputs, SessionId session) =>
        [.. outputs.OfType<CoreOutput.Send>().Where(s => s.Session == session).Select(s => s.Frame)];

    public static string? CloseOf(IEnumerable<CoreOutput> outputs, SessionId session) =>
        outputs.OfType<CoreOutput.Close>().FirstOrDefault(c => c.Session == session)?.Reason;

    public WeightSwarm.Core.Records.Record NodeRecord(int key, ulong seq = 1, params IPEndPoint[] addresses)
    {
        var body = new V1.Node { FreeBytes = seq };
        foreach (var address in addresses)
            body.Endpoints.Add(new V1.Endpoint
            {
                Ip = ByteString.CopyFrom(address.Address.GetAddressBytes()),
                GossipPort = (uint)address.Port,
            });
        return EnvelopeCodec.Write(
            new SimKey(7, key), TestRecords.Network, RecordKind.Node, [], body, seq, Now.UnixMs, 30_000);
    }
}
