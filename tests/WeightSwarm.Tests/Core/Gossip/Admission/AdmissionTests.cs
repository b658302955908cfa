using Google.Protobuf;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Records;
using static WeightSwarm.Tests.Core.Gossip.CoreBench;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Gossip.Admission;

/// <summary>What a core lets in, and what becomes of those who send anything else.</summary>
public sealed class AdmissionTests
{
    private readonly CoreBench _bench = new();

    private static NodeId Peer(int peer) => new SimKey(7, peer).Id;

    private static byte[] Tampered(Record record)
    {
        var envelope = V1.Envelope.Parser.ParseFrom(record.Bytes.Span);
        envelope.Signature = ByteString.CopyFrom(new byte[32]);
        return envelope.ToByteArray();
    }

    private static V1.Frame PushOf(params byte[][] envelopes)
    {
        var push = new V1.Push();
        push.Envelopes.AddRange(envelopes.Select(ByteString.CopyFrom));
        return new V1.Frame { Push = push };
    }

    private Record NodeRecord(int key, ulong seq = 1, long issuedMs = 0) => TestRecords.NodeRecord(
        new SimKey(9, key), seq, issuedMs == 0 ? _bench.Now.UnixMs : issuedMs, 30_000, seq);

    private static CoreOutput.Ban? BanOf(IEnumerable<CoreOutput> outputs, int peer) =>
        outputs.OfType<CoreOutput.Ban>().SingleOrDefault(b => b.Details.Peer == Peer(peer));

    [Fact]
    public void AForgedRecord_ClosesTheStream_AndASecondOneBansThePeer()
    {
        var session = _bench.Linked(2);
        var outputs = _bench.Frame(session, PushOf(Tampered(NodeRecord(1))));
        Assert.Contains("BadSignature", CloseOf(outputs, session), StringComparison.Ordinal);
        Assert.Null(BanOf(outputs, 2));
        Assert.Equal(-10, _bench.Core.ScoreOf(Peer(2)));
        session = _bench.Linked(2);
        outputs = _bench.Frame(session, PushOf([1, 2, 3]));
        Assert.StartsWith("banned for 60 s", CloseOf(outputs, session), StringComparison.Ordinal);
        Assert.Contains("Malformed", BanOf(outputs, 2)!.Details.Reason, StringComparison.Ordinal);
        var (again, refused) = _bench.Open(2);
        Assert.StartsWith("banned for", CloseOf(refused, again), StringComparison.Ordinal);
        Assert.Single(_bench.Core.Bans);
        _bench.Ticks(60_000);
        Assert.Empty(_bench.Core.Bans);
        Assert.Null(CloseOf(_bench.Open(2).Outputs, again));
    }

    [Fact]
    public void AForgedRecord_EndsItsFrame()
    {
        var session = _bench.Linked(2);
        var good = NodeRecord(2);
        _bench.Frame(session, PushOf(Tampered(NodeRecord(1)), good.Bytes.ToArray()));
        Assert.DoesNotContain(good.Id, _bench.Core.Records.Select(r => r.Id));
    }

    [Fact]
    public void APeerWithABadScore_IsNoNeighbour()
    {
        var session = _bench.Linked(2);
        _bench.Frame(session, PushOf(Tampered(NodeRecord(1))));
        session = _bench.Greeted(2);
        var ask = new V1.Frame { Neighbour = new V1.Neighbour { Active = true } };
        var answer = To(_bench.Frame(session, ask), session);
        Assert.False(Assert.Single(answer).Neighbour.Active);
    }

    [Fact]
    public void ABannedAddress_IsNotDialled()
    {
        _bench.Handle(new CoreInput.Bootstrap([AddressOf(2)]));
        var session = _bench.Greeted(2, outbound: true);
        for (var i = 0; i < 2; i++)
            _bench.Handle(new CoreInput.Offended(
                session, Peer(2), AddressOf(2).Address, Offence.Malformed, "bytes that are no frame"));
        Assert.Empty(_bench.Ticks(50_000).OfType<CoreOutput.Dial>());
        Assert.NotEmpty(_bench.Ticks(20_000).OfType<CoreOutput.Dial>());
    }

    [Fact]
    public void AFrameOverItsLimit_ClosesTheStream()
    {
        var session = _bench.Linked(2);
        var outputs = _bench.Frame(session, PushOf(new byte[70_000]));
        Assert.Contains("over the limit of 65536", CloseOf(outputs, session), StringComparison.Ordinal);
        session = _bench.Linked(3);
        var wants = new V1.Frame { Want = new V1.Want { Ids = ByteString.CopyFrom(new byte[1025 * 32]) } };
        Assert.Contains("wanted ids", CloseOf(_bench.Frame(session, wants), session), StringComparison.Ordinal);
        Assert.Equal(2, _bench.Core.Offences[Offence.Oversized]);
    }

    [Fact]
    public void RecordsFromTheFuture_AreRefusedAndCostTheLinkButBanNobody()
    {
        var session = _bench.Linked(2);
        for (var i = 0; i < 500; i++)
        {
            var outputs = _bench.Frame(session, Push(NodeRecord(i, 1, _bench.Now.UnixMs + 3_600_000)));
            Assert.Null(CloseOf(outputs, session));
        }
        Assert.Single(_bench.Core.Peers);
        Assert.False(_bench.Core.Peers.Single().Active);
        Assert.DoesNotContain(_bench.Core.Records, r => r.Kind == RecordKind.Node);
    }

    [Fact]
    public void AnEquivocation_IsHeldAgainstItsAuthorAndNotAgainstWhoBroughtIt()
    {
        var relay = _bench.Linked(2);
        var author = new SimKey(7, 3);
        var one = TestRecords.NodeRecord(author, 5, _bench.Now.UnixMs, 30_000, 1);
        var two = TestRecords.NodeRecord(author, 5, _bench.Now.UnixMs, 30_000, 2);
        Assert.Null(CloseOf(_bench.Frame(relay, Push(one, two)), relay));
        Assert.Equal(0, _bench.Core.ScoreOf(Peer(2)));
        Assert.Equal(-10, _bench.Core.ScoreOf(Peer(3)));
    }

    [Fact]
    public void RepeatedAndOutdatedRecords_AreHonestNoise()
    {
        var session = _bench.Linked(2);
        _bench.Frame(session, Push(NodeRecord(1, 2)));
        for (var i = 0; i < 1_000; i++) _bench.Frame(session, Push(NodeRecord(1, 2), NodeRecord(1, 1)));
        Assert.Equal(0, _bench.Core.ScoreOf(Peer(2)));
        Assert.Empty(_bench.Core.Offences);
    }

    [Fact]
    public void AFloodOfRepeatedRecords_EndsInABan()
    {
        var session = _bench.Linked(2);
        var frame = Push([.. Enumerable.Range(0, 100).Select(i => NodeRecord(i))]);
        var frames = 0;
        IReadOnlyList<CoreOutput> outputs = [];
        for (; BanOf(outputs, 2) is null && frames < 1_000; frames++) outputs = _bench.Frame(session, frame);
        Assert.Contains("more Push than its budget", BanOf(outputs, 2)?.Details.Reason, StringComparison.Ordinal);
        Assert.InRange(frames, 41, 200);
    }

    /// <summary>The names of the kinds that a peer floods with, one frame each.</summary>
    public static TheoryData<string> Floods => [.. FloodFrames.Keys];

    private static SortedDictionary<string, V1.Frame> FloodFrames { get; } = new(StringComparer.Ordinal)
    {
        ["IHave"] = new() { IHave = new V1.IHave { Ids = { Enumerable.Range(1, 500).Select(i => (ulong)i) } } },
        ["Graft"] = new() { Graft = new V1.Graft { Ids = { Enumerable.Range(1, 500).Select(i => (ulong)i) } } },
        ["Prune"] = new() { Prune = new V1.Prune() },
        ["Want"] = new() { Want = new V1.Want { Ids = ByteString.CopyFrom(new byte[1024 * 32]) } },
        ["Ping"] = new() { Ping = new V1.Ping { Nonce = 1 } },
        ["Neighbour"] = new() { Neighbour = new V1.Neighbour { Active = true } },
        ["ContentGet"] = new() { ContentGet = new V1.ContentGet { Hash = ByteString.CopyFrom(new byte[32]) } },
        ["Challenge"] = new() { Challenge = new V1.Challenge { Nonce = ByteString.CopyFrom(new byte[16]) } },
        ["Reconcile"] = new() { Reconcile = new V1.Reconcile { Salt = ByteString.CopyFrom(new byte[16]) } },
        ["None"] = new(),
    };

    [Theory]
    [MemberData(nameof(Floods))]
    public void AFloodOfOneKind_IsDroppedBeforeAnyWorkAndEndsInABan(string kind)
    {
        var session = _bench.Linked(2);
        IReadOnlyList<CoreOutput> outputs = [];
        var frames = 0;
        for (; BanOf(outputs, 2) is null && frames < 20_000; frames++)
            outputs = _bench.Frame(session, FloodFrames[kind]);
        Assert.NotNull(BanOf(outputs, 2));
        Assert.Equal(40, _bench.Core.Offences[Offence.OverBudget]);
        Assert.Empty(_bench.Core.Peers);
    }

    [Fact]
    public void AnnouncementsThatNothingComesOf_EndInABan()
    {
        var session = _bench.Linked(2);
        ulong id = 1;
        for (var round = 0; round < 200 && !_bench.Core.Bans.Any(); round++)
        {
            var have = new V1.IHave();
            for (var i = 0; i < 200; i++) have.Ids.Add(id++);
            _bench.Frame(session, new V1.Frame { IHave = have });
            _bench.Frame(session, new V1.Frame { Ping = new V1.Ping() });
            _bench.Ticks(500);
        }
        Assert.Contains("BrokenPromise", _bench.Core.Bans.Single().Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void AnAuthorThatChangesItsMindAllTheTime_IsNotHeard_AndWhoPassesItOnIsNotBlamed()
    {
        var relay = _bench.Linked(2);
        for (ulong seq = 1; seq <= 100; seq++) _bench.Frame(relay, Push(NodeRecord(1, seq)));
        Assert.Equal(16UL, _bench.Core.Records.Single(r => r.Kind == RecordKind.Node).Seq);
        Assert.Empty(_bench.Core.Offences);
        _bench.Ticks(1_000);
        _bench.Frame(relay, Push(NodeRecord(1, 101)));
        Assert.Equal(101UL, _bench.Core.Records.Single(r => r.Kind == RecordKind.Node).Seq);
    }

    [Fact]
    public void RecordsThatWereAskedFor_AreNotCounted()
    {
        var session = _bench.Linked(2);
        // A storm that uses up the budget of what nobody asked for.
        var storm = Enumerable.Range(0, 4096).Select(i => NodeRecord(i)).ToList();
        foreach (var some in storm.Chunk(500)) _bench.Frame(session, Push(some));
        Assert.Equal(4096, _bench.Core.Nodes.Count);
        // As many again, all on order by the reconciliation that follows a new link.
        Assert.Contains(To(_bench.Ticks(1_100), session), f => f.KindCase == V1.Frame.KindOneofCase.Reconcile);
        var missed = Enumerable.Range(5_000, 4_096).Select(i => NodeRecord(i)).ToList();
        foreach (var some in missed.Chunk(500)) _bench.Frame(session, Push(some));
        Assert.Equal(8_192, _bench.Core.Nodes.Count);
        Assert.Empty(_bench.Core.Offences);
    }

    [Fact]
    public void Strangers_AreCountedWhenTheyAreAccepted_AndNotByForgeries()
    {
        var (budget, limits) = (new AuthorBudget(), AdmissionLimits.Of(WeightSwarm.Core.Catalogue.Pace.Real));
        var now = _bench.Now.MonotonicMs;
        var record = NodeRecord(1);
        for (var i = 0; i < 1 << 19; i++) Assert.True(budget.Allows(record, known: false, limits, now));
        for (var i = 0; i < 1 << 18; i++) budget.Charge(NodeRecord(1), known: false, limits, now);
        Assert.False(budget.Allows(NodeRecord(2), known: false, limits, now));
        Assert.True(budget.Allows(NodeRecord(2), known: true, limits, now));
    }

    [Fact]
    public void AFloodFromTheFuture_EndsInABan()
    {
        var session = _bench.Linked(2);
        var future = Push([.. Enumerable.Range(0, 100).Select(i => NodeRecord(i, 1, _bench.Now.UnixMs + 3_600_000))]);
        var frames = 0;
        for (; !_bench.Core.Bans.Any() && frames < 200; frames++) _bench.Frame(session, future);
        Assert.InRange(frames, 26, 40);
    }

    [Fact]
    public void AStreamThatDoesNotGreet_IsClosed()
    {
        var (session, _) = _bench.Open(2);
        Assert.NotNull(CloseOf(_bench.Ticks(10_200), session));
    }

    [Fact]
    public void AFifthStreamOfOneNode_IsRefused()
    {
        for (var i = 0; i < 4; i++) Assert.Null(CloseOf(_bench.Open(2).Outputs, new SessionId(i + 1)));
        var (fifth, outputs) = _bench.Open(2);
        Assert.Equal("more than 4 streams of one node", CloseOf(outputs, fifth));
    }

    [Fact]
    public void Urgent_DoesNotOpenEveryDoor()
    {
        foreach (var peer in Enumerable.Range(2, 40))
            _bench.Frame(_bench.Greeted(peer),
                new V1.Frame { Neighbour = new V1.Neighbour { Active = true, Urgent = true } });
        Assert.Equal(24, _bench.Core.Peers.Count(p => p.Active));
    }
}
