using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Records;
using WeightSwarm.Tests.Core.Records;
using static WeightSwarm.Tests.Core.Gossip.CoreBench;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Gossip;

/// <summary>What a later version may say to this one, and what becomes of it.</summary>
public sealed class LaterVersionTests
{
    private readonly CoreBench _bench = new();

    private Record Later(RecordKind kind = RecordKind.Node, byte[]? subject = null, IMessage? body = null) =>
        TestRecords.Of(TestRecords.Bob, kind, subject ?? [], body ?? LaterFrames.With(new V1.Node { Version = "2.0" }),
            issuedMs: _bench.Now.UnixMs, ttlMs: 30_000);

    [Theory]
    [InlineData(RecordKind.Node)]
    [InlineData((RecordKind)999)]
    public void Record_WithUnknownFields_IsKeptPassedOnAndGivenBackByteForByte(RecordKind kind)
    {
        var (from, to) = (_bench.Linked(2), _bench.Linked(3));
        var record = Later(kind);
        Assert.EndsWith(
            Convert.ToHexString(LaterFrames.UnknownFields), Convert.ToHexString(record.Body), StringComparison.Ordinal);
        var outputs = _bench.Frame(from, Push(record));
        Assert.Equal(record.Bytes.ToArray(), Assert.Single(To(outputs, to)).Push.Envelopes[0].ToByteArray());
        Assert.Contains(
            outputs, o => o is CoreOutput.Persist p && p.Record.Bytes.Span.SequenceEqual(record.Bytes.Span));
        var want = new V1.Frame { Want = new V1.Want { Ids = ByteString.CopyFrom(record.Id.ToArray()) } };
        Assert.Equal(record.Bytes.ToArray(), To(_bench.Frame(to, want), to).Single().Push.Envelopes[0].ToByteArray());
    }

    [Fact]
    public void Record_OfAnEarlierRun_ComesBackByteForByte()
    {
        var record = Later();
        _bench.Handle(new CoreInput.Restored([record.Bytes]));
        var kept = _bench.Core.Records.Single(r => r.Id == record.Id);
        Assert.Equal(record.Bytes.ToArray(), kept.Bytes.ToArray());
        Assert.Equal("2.0", _bench.Core.Nodes[TestRecords.Bob.Id].Version);
    }

    /// <summary>The signature does not cover it: whoever passes the record on could put anything there.</summary>
    [Fact]
    public void Envelope_WithAnUnknownField_IsRefused()
    {
        var session = _bench.Linked(2);
        var push = new V1.Push { Envelopes = { ByteString.CopyFrom([.. Later().Bytes.Span, 0x48, 1]) } };
        var outputs = _bench.Frame(session, new V1.Frame { Push = push });
        Assert.Contains("Malformed", CloseOf(outputs, session), StringComparison.Ordinal);
    }

    [Fact]
    public void Frame_OfAnUnknownKind_IsIgnoredAndTheStreamLives()
    {
        var session = _bench.Greeted(2);
        Assert.Equal(V1.Frame.KindOneofCase.None, LaterFrames.OfUnknownKind.KindCase);
        Assert.Empty(_bench.Frame(session, LaterFrames.OfUnknownKind));
        Assert.Empty(_bench.Core.Offences);
        var ping = LaterFrames.With(new V1.Frame { Ping = LaterFrames.With(new V1.Ping { Nonce = 5 }) });
        Assert.Equal(5UL, Assert.Single(To(_bench.Frame(session, ping), session)).Pong.Nonce);
    }

    [Fact]
    public void Frame_OfAnUnknownKind_IsPaidForLikeAnyOther()
    {
        var session = _bench.Greeted(2);
        for (var i = 0; i < 512; i++) _bench.Frame(session, LaterFrames.OfUnknownKind);
        Assert.NotEmpty(_bench.Core.Offences);
    }

    [Fact]
    public void Frame_OfAnUnknownKindBeforeTheHello_EndsTheStream()
    {
        var (session, _) = _bench.Open(2);
        Assert.Contains(
            "hello", CloseOf(_bench.Frame(session, LaterFrames.OfUnknownKind), session), StringComparison.Ordinal);
    }

    [Fact]
    public void Hello_OfALaterProtocolWithMoreInIt_IsGreeted()
    {
        var (session, _) = _bench.Open(2);
        var hello = V1.Frame.Parser.ParseFrom(LaterFrames.BytesOf(Hello()));
        Assert.Equal(2U, hello.Hello.Protocol);
        Assert.Null(CloseOf(_bench.Frame(session, hello), session));
        Assert.Single(_bench.Core.Peers);
    }

    [Fact]
    public void Charter_WithAnUnknownPaceAndRule_IsReadAsTheStrictOnes()
    {
        var body = RecordBodies.Charter("later", Policy.Default);
        (body.Policy.Pace, body.Policy.Domains) = ((V1.PaceName)9, (V1.DomainRule)9);
        var record = TestRecords.Of(TestRecords.Founder, RecordKind.Charter, [], body, seq: 2);
        _bench.Handle(new CoreInput.Publish(record));
        Assert.Equal("later", _bench.Core.Charter!.Name);
        var policy = _bench.Core.Charter.Policy;
        Assert.Equal((Pace.Real, DomainRule.Subnet), (policy.Pace, policy.Domains));
    }

    [Fact]
    public void Entry_InAnUnknownState_IsKeptAndCountsAsWithdrawn()
    {
        var body = RecordBodies.Entry(TestRecords.EntryValue("a/b"));
        body.State = (V1.EntryState)9;
        var record = TestRecords.Of(
            TestRecords.Founder, RecordKind.Entry, body.InfoHashV2.ToByteArray(), body, issuedMs: _bench.Now.UnixMs);
        Assert.Contains(_bench.Handle(new CoreInput.Publish(record)), o => o is CoreOutput.Persist);
        Assert.False(RecordBodies.Entry(record).Active);
    }

    /// <summary>Zero is no time: a peer that does not say its own must not pass for one in 1970.</summary>
    [Fact]
    public void Pong_WithoutATime_IsNoWordOnTheClock()
    {
        var session = _bench.Greeted(2);
        var pings = To(_bench.Ticks(100), session).Where(f => f.Ping is not null).ToList();
        _bench.Frame(session, new V1.Frame { Pong = new V1.Pong { Nonce = pings.Single().Ping.Nonce } });
        Assert.Null(_bench.Core.WhyClockSuspect);
        Assert.InRange(_bench.Core.Peers.Single().RttMs, 0, 1000);
    }
}
