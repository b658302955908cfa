using Google.Protobuf;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.Tests.Core.Records;
using static WeightSwarm.Tests.Core.Gossip.CoreBench;

namespace WeightSwarm.Tests.Core.Gossip;

public sealed class BroadcastTests
{
    private readonly CoreBench _bench = new();

    [Fact]
    public void Push_OfANewRecord_GoesOnToEagerLinksAndByIdToLazyOnes()
    {
        var (from, eager, lazy, none) = (_bench.Linked(2), _bench.Linked(3), _bench.Linked(4), _bench.Greeted(5));
        _bench.Frame(lazy, new V1.Frame { Prune = new V1.Prune() });
        var record = _bench.NodeRecord(9);
        var outputs = _bench.Frame(from, Push(record));
        Assert.Equal(record.Bytes.ToArray(), Assert.Single(To(outputs, eager)).Push.Envelopes[0].ToByteArray());
        Assert.Empty(To(outputs, from));
        Assert.Equal([record.Id.Prefix], Assert.Single(To(outputs, lazy)).IHave.Ids);
        Assert.Empty(To(outputs, none));
        Assert.Contains(outputs, o => o is CoreOutput.Persist p && p.Record.Id == record.Id);
    }

    [Fact]
    public void Push_SoonAfterAnother_IsAnnouncedWithAllOthersOfItsWindow()
    {
        var (from, lazy) = (_bench.Linked(2), _bench.Linked(3));
        _bench.Frame(lazy, new V1.Frame { Prune = new V1.Prune() });
        Assert.Single(To(_bench.Frame(from, Push(_bench.NodeRecord(9))), lazy));
        Assert.Equal(long.MaxValue, _bench.Core.NextBroadcastMs);
        var sent = _bench.Now;
        WeightSwarm.Core.Records.Record[] later = [_bench.NodeRecord(10), _bench.NodeRecord(11)];
        _bench.Wait(10);
        foreach (var record in later) Assert.Empty(To(_bench.Frame(from, Push(record)), lazy));
        Assert.Equal(sent.MonotonicMs + Pace.Drill.AnnounceMs, _bench.Core.NextBroadcastMs);
        _bench.Wait(Pace.Drill.AnnounceMs - 11);
        Assert.Empty(_bench.Handle(new CoreInput.BroadcastDue()));
        _bench.Wait(1);
        var announced = Assert.Single(To(_bench.Handle(new CoreInput.BroadcastDue()), lazy));
        Assert.Equal(later.Select(r => r.Id.Prefix).Order(), announced.IHave.Ids);
    }

    [Fact]
    public void Push_OfManyRecords_GoesOnInOneFrame()
    {
        var (from, eager) = (_bench.Linked(2), _bench.Linked(3));
        var push = Push(_bench.NodeRecord(9), _bench.NodeRecord(10), _bench.NodeRecord(11));
        Assert.Equal(push.Push.Envelopes, Assert.Single(To(_bench.Frame(from, push), eager)).Push.Envelopes);
    }

    [Fact]
    public void Push_OfMoreThanAFrameHolds_GoesOnInFramesBelowTheLimit()
    {
        var (from, eager) = (_bench.Linked(2), _bench.Linked(3));
        // What comes in fills a frame up to 62 KiB; what goes out, up to 48 KiB.
        var records = Enumerable.Range(9, 1_000).Select(key => _bench.NodeRecord(key)).ToList();
        records = records[..(62 * 1024 / (records.Max(r => r.Bytes.Length) + 3))];
        var outputs = _bench.Frame(from, Push([.. records]));
        Assert.True(To(outputs, eager).Count > 1);
        Assert.True(To(outputs, eager).TrueForAll(f => f.CalculateSize() <= 64 * 1024));
        Assert.Equal(records.Count, To(outputs, eager).Sum(f => f.Push.Envelopes.Count));
    }

    /// <summary>To the millisecond, whatever the ticks are.</summary>
    [Fact]
    public void IHave_OfARecordThatDoesNotCome_IsAskedForAfter500MsThenEvery250()
    {
        SessionId[] announcers = [_bench.Linked(2), _bench.Linked(3), _bench.Linked(4)];
        var record = _bench.NodeRecord(9);
        foreach (var announcer in announcers) _bench.Frame(announcer, IHave(record));
        foreach (var (announcer, waitMs) in announcers.Zip([500L, 250L, 250L]))
        {
            Assert.Equal(_bench.Now.MonotonicMs + waitMs, _bench.Core.NextBroadcastMs);
            _bench.Wait(waitMs);
            var outputs = _bench.Handle(new CoreInput.BroadcastDue());
            Assert.Equal(announcer, Assert.IsType<CoreOutput.Send>(Assert.Single(outputs)).Session);
            Assert.Equal([record.Id.Prefix], To(outputs, announcer).Single().Graft.Ids);
        }
        _bench.Wait(250);
        Assert.Empty(_bench.Handle(new CoreInput.BroadcastDue()));
        Assert.Equal(long.MaxValue, _bench.Core.NextBroadcastMs);
    }

    /// <summary>Two links that have compared their sets since they were made.</summary>
    private (SessionId One, SessionId Two) SettledLinks()
    {
        var links = (_bench.Linked(2), _bench.Linked(3));
        _bench.Ticks(2_400);
        // Nobody has said anything for as long as a stream lasts.
        foreach (var link in new[] { links.Item1, links.Item2 })
            _bench.Frame(link, new V1.Frame { Ping = new V1.Ping() });
        return links;
    }

    [Fact]
    public void Push_OfOldNews_GoesOnByIdToEagerLinksToo()
    {
        WeightSwarm.Core.Records.Record[] records = [_bench.NodeRecord(9), _bench.NodeRecord(10)];
        _bench.Wait(Pace.Drill.ClockSkewMs - 2_400);
        var (from, eager) = SettledLinks();
        Assert.NotNull(Assert.Single(To(_bench.Frame(from, Push(records[0])), eager)).Push);
        _bench.Wait(1);
        var announced = Assert.Single(To(_bench.Frame(from, Push(records[1])), eager));
        Assert.Equal([records[1].Id.Prefix], announced.IHave.Ids);
    }

    [Fact]
    public void Push_OfVeryMuchOldNews_IsNotAnnouncedButCompared()
    {
        var records = Enumerable.Range(9, 1_500).Select(key => _bench.NodeRecord(key)).ToList();
        _bench.Wait(Pace.Drill.ClockSkewMs);
        var (from, eager) = SettledLinks();
        List<CoreOutput> outputs = [];
        foreach (var some in records.Chunk(100)) outputs.AddRange(_bench.Frame(from, Push([.. some])));
        Assert.DoesNotContain(To(outputs, eager), f => f.Push is not null || f.Reconcile is not null);
        outputs.AddRange(_bench.Ticks(1_500));
        Assert.InRange(To(outputs, eager).Where(f => f.IHave is not null).Sum(f => f.IHave.Ids.Count), 1, 1_124);
        Assert.Single(To(outputs, eager), f => f.Reconcile is { Answer: false });
    }

    [Fact]
    public void Reconcile_WhileAnotherPeerFillsTheNode_IsPutOff()
    {
        var record = _bench.NodeRecord(9);
        _bench.Wait(Pace.Drill.ClockSkewMs);
        var (filler, other) = SettledLinks();
        _bench.Frame(filler, Push(record));
        var open = new Reconciler(new RecordIndex()).Start(7, FingerprintKey.DeriveSalt(new byte[32], 1));
        var declined = To(_bench.Frame(other, new V1.Frame { Reconcile = open }), other).Single().Reconcile;
        Assert.True(declined is { Answer: true, Session: 7, Ranges.Count: 0 });
        Assert.Contains(To(_bench.Frame(filler, new V1.Frame { Reconcile = open }), filler),
            f => f.Push is not null);
        Assert.Single(To(_bench.Ticks(1_200), other), f => f.Reconcile is { Answer: false });
    }

    [Fact]
    public void Push_OfADuplicate_PrunesTheLinkThatCameSecond()
    {
        var (first, second) = (_bench.Linked(2), _bench.Linked(3));
        var record = _bench.NodeRecord(9);
        _bench.Frame(first, Push(record));
        var outputs = _bench.Frame(second, Push(record));
        Assert.NotNull(Assert.Single(To(outputs, second)).Prune);
        Assert.DoesNotContain(To(_bench.Frame(first, Push(_bench.NodeRecord(10))), second), f => f.Push is not null);
        Assert.Empty(To(_bench.Frame(second, Push(record)), second));
        _bench.Wait(Pace.Drill.GraftMs);
        Assert.NotNull(Assert.Single(To(_bench.Frame(second, Push(record)), second)).Prune);
    }

    /// <summary>A prune that crosses it has made the link lazy at the end that grafts.</summary>
    [Fact]
    public void Graft_OverALazyLink_IsConfirmedAndOverAnEagerOneIsNot()
    {
        var (_, link) = (_bench.Linked(2), _bench.Linked(3));
        _bench.Frame(link, new V1.Frame { Prune = new V1.Prune() });
        var graft = new V1.Frame { Graft = new V1.Graft() };
        Assert.Empty(Assert.Single(To(_bench.Frame(link, graft), link)).Graft.Ids);
        Assert.Empty(To(_bench.Frame(link, graft), link));
    }

    [Fact]
    public void Prune_OfTheLastEagerLink_BringsAnotherOneBackAtOnce()
    {
        var (one, two, three) = (_bench.Linked(2), _bench.Linked(3), _bench.Greeted(4));
        var prune = new V1.Frame { Prune = new V1.Prune() };
        Assert.Empty(_bench.Frame(one, prune));
        var outputs = _bench.Frame(two, prune);
        Assert.Empty(Assert.Single(To(outputs, one)).Graft.Ids);
        Assert.Empty(To(outputs, two).Concat(To(outputs, three)));
        Assert.Single(To(_bench.Frame(two, Push(_bench.NodeRecord(9))), one), f => f.Push is not null);
    }

    [Fact]
    public void OwnRecord_GoesToLazyLinksToo()
    {
        var lazy = _bench.Linked(2);
        _bench.Frame(lazy, new V1.Frame { Prune = new V1.Prune() });
        var outputs = _bench.Handle(new CoreInput.Publish(TestRecords.Entry(TestRecords.Founder, "a/b")));
        Assert.Single(To(outputs, lazy), f => f.Push is not null);
    }

    [Fact]
    public void IHave_OfARecordThatDoesNotCome_IsAskedOfOneAnnouncerAfterTheOther()
    {
        var (one, two) = (_bench.Linked(2), _bench.Linked(3));
        var record = _bench.NodeRecord(9);
        _bench.Frame(one, IHave(record));
        _bench.Frame(two, IHave(record));
        var early = _bench.Ticks(400);
        Assert.DoesNotContain(To(early, one).Concat(To(early, two)), f => f.Graft is not null);
        var due = _bench.Ticks(200);
        Assert.Equal([record.Id.Prefix], To(due, one).Single(f => f.Graft is not null).Graft.Ids);
        Assert.DoesNotContain(To(due, two), f => f.Graft is not null);
        Assert.Single(To(_bench.Ticks(300), two), f => f.Graft is not null);
        var later = _bench.Ticks(1_500);
        Assert.DoesNotContain(To(later, one).Concat(To(later, two)), f => f.Graft is not null);
    }

    [Fact]
    public void IHave_OfARecordThatComes_IsNotAskedFor()
    {
        var (one, two) = (_bench.Linked(2), _bench.Linked(3));
        var record = _bench.NodeRecord(9);
        _bench.Frame(one, IHave(record));
        _bench.Frame(two, Push(record));
        Assert.DoesNotContain(To(_bench.Ticks(1_000), one), f => f.Graft is not null);
    }

    [Fact]
    public void Graft_IsAnsweredWithTheRecordAndMakesTheLinkEager()
    {
        var (from, lazy) = (_bench.Linked(2), _bench.Linked(3));
        _bench.Frame(lazy, new V1.Frame { Prune = new V1.Prune() });
        var record = _bench.NodeRecord(9);
        _bench.Frame(from, Push(record));
        var graft = new V1.Frame { Graft = new V1.Graft { Ids = { record.Id.Prefix, 12345 } } };
        Assert.Single(To(_bench.Frame(lazy, graft), lazy).Single(f => f.Push is not null).Push.Envelopes);
        Assert.Single(To(_bench.Frame(from, Push(_bench.NodeRecord(10))), lazy), f => f.Push is not null);
    }

    [Fact]
    public void Push_OfMoreRecordsThanAllowed_ClosesTheStream()
    {
        var session = _bench.Linked(2);
        var push = new V1.Push();
        for (var i = 0; i < 1025; i++) push.Envelopes.Add(ByteString.CopyFrom(1));
        var outputs = _bench.Frame(session, new V1.Frame { Push = push });
        Assert.Contains("1025", CloseOf(outputs, session), StringComparison.Ordinal);
    }

    [Fact]
    public void Push_OfARecordWithAWrongSignature_ClosesTheStream()
    {
        var session = _bench.Linked(2);
        var envelope = V1.Envelope.Parser.ParseFrom(_bench.NodeRecord(9).Bytes.Span);
        envelope.Seq++;
        var push = new V1.Push { Envelopes = { envelope.ToByteString() } };
        var outputs = _bench.Frame(session, new V1.Frame { Push = push });
        Assert.Contains("BadSignature", CloseOf(outputs, session), StringComparison.Ordinal);
    }

    [Fact]
    public void Push_OfTheLosingHalfOfAnEquivocation_GoesNowhere()
    {
        var (from, to) = (_bench.Linked(2), _bench.Linked(3));
        WeightSwarm.Core.Records.Record[] halves =
        [
            TestRecords.NodeRecord(TestRecords.Bob, 5, _bench.Now.UnixMs, 30_000, free: 1),
            TestRecords.NodeRecord(TestRecords.Bob, 5, _bench.Now.UnixMs, 30_000, free: 2),
        ];
        var ordered = halves.OrderByDescending(h => h.Id).ToList();
        Assert.Single(To(_bench.Frame(from, Push(ordered[0])), to), f => f.Push is not null);
        Assert.Empty(To(_bench.Frame(from, Push(ordered[1])), to));
        Assert.Equal((ulong)(ordered[0] == halves[0] ? 1 : 2), _bench.Core.Nodes[TestRecords.Bob.Id].FreeBytes);
    }

    [Fact]
    public void OwnRecordFromTheNetwork_MakesTheNodeNumberAboveIt()
    {
        var session = _bench.Linked(2);
        var ahead = TestRecords.NodeRecord(
            TestRecords.Alice, (ulong)_bench.Now.UnixMs + 4_000, _bench.Now.UnixMs, 30_000, free: 77);
        _bench.Handle(new CoreInput.Described(new SelfDescription([], "", "", false, "test", 0)));
        _bench.Frame(session, Push(ahead));
        _bench.Ticks(300);
        var own = _bench.Core.Records.Single(r => r.Author == TestRecords.Alice.Id);
        Assert.True(own.Seq > ahead.Seq, $"{own.Seq} is not above {ahead.Seq}");
        Assert.NotEqual(77UL, _bench.Core.Nodes[TestRecords.Alice.Id].FreeBytes);
    }
}
