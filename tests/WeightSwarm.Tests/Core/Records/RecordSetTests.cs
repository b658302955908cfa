using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Records;
using static WeightSwarm.Tests.Core.Records.TestRecords;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Records;

public sealed class RecordSetTests
{
    private readonly RecordSet _set = new(Network, Alice);

    [Fact]
    public void Offer_ANewRecord_KeepsIt()
    {
        var record = NodeRecord(Alice, 1, Now.UnixMs);
        Assert.Equal(Acceptance.Accepted, _set.Offer(record.Bytes, Now, out var read));
        Assert.Equal(record.Id, read!.Id);
        Assert.Same(read, _set.Find(record.Id));
        Assert.Same(read, _set.Find(record.Key));
        Assert.Same(read, _set.FindShort(record.Id.Prefix));
        Assert.Equal((1, 1L), (_set.Count, _set.Index.Count));
    }

    [Fact]
    public void Offer_TheSameTwice_IsADuplicate()
    {
        var record = NodeRecord(Alice, 1, Now.UnixMs);
        _set.Offer(record, Now);
        Assert.Equal(Acceptance.Duplicate, _set.Offer(record, Now));
        Assert.Equal(1, _set.Index.Count);
    }

    [Fact]
    public void Offer_ALargerSeq_ReplacesAndASmallerIsStale()
    {
        var (old, newer) = (NodeRecord(Alice, 1, Now.UnixMs), NodeRecord(Alice, 2, Now.UnixMs));
        _set.Offer(old, Now);
        Assert.Equal(Acceptance.Accepted, _set.Offer(newer, Now));
        Assert.Equal(Acceptance.Stale, _set.Offer(old, Now));
        Assert.Null(_set.Find(old.Id));
        Assert.Null(_set.FindShort(old.Id.Prefix));
        Assert.Equal((1, 1L), (_set.Count, _set.Index.Count));
    }

    [Fact]
    public void Offer_TwoBodiesForOneSeq_KeepsTheLargerIdInEitherOrderAndFlagsTheAuthor()
    {
        Record[] two = [NodeRecord(Alice, 1, Now.UnixMs, free: 1), NodeRecord(Alice, 1, Now.UnixMs, free: 2)];
        var (small, large) = two[0].Id.CompareTo(two[1].Id) < 0 ? (two[0], two[1]) : (two[1], two[0]);
        _set.Offer(small, Now);
        Assert.Equal(Acceptance.Equivocation, _set.Offer(large, Now));
        Assert.Equal(large.Id, _set.Find(large.Key)!.Id);

        var other = new RecordSet(Network, Alice);
        other.Offer(large, Now);
        Assert.Equal(Acceptance.Stale, other.Offer(small, Now));
        Assert.Equal(large.Id, other.Find(large.Key)!.Id);
        Assert.Equal([Alice.Id], _set.Equivocators);
        Assert.Equal([Alice.Id], other.Equivocators);
    }

    [Fact]
    public void Offer_WhatIsNoEnvelope_IsMalformed()
    {
        Assert.Equal(Acceptance.Malformed, _set.Offer(new byte[] { 1, 2, 3 }, Now, out var record));
        Assert.Null(record);
    }

    public static TheoryData<RecordKind, int> WrongSubjects => new()
    {
        { RecordKind.Charter, 1 }, { RecordKind.Entry, 31 }, { RecordKind.Node, 1 }, { RecordKind.Holding, 33 },
        { RecordKind.Claim, 32 }, { RecordKind.ReleaseIntent, 35 }, { RecordKind.Observation, 0 },
    };

    [Theory]
    [MemberData(nameof(WrongSubjects))]
    public void Offer_WithASubjectThatItsKindDoesNotHave_IsMalformed(RecordKind kind, int length) =>
        Assert.Equal(Acceptance.Malformed, _set.Offer(Of(Founder, kind, new byte[length], new V1.Node()), Now));

    [Fact]
    public void Offer_AnEntryOfAnotherModel_IsMalformed()
    {
        var body = RecordBodies.Entry(EntryValue("a/b"));
        Assert.Equal(Acceptance.Malformed, _set.Offer(Of(Founder, RecordKind.Entry, new byte[32], body), Now));
    }

    [Fact]
    public void Offer_ASliceOfMoreLeavesThanAnIntHolds_IsMalformed()
    {
        var body = RecordBodies.Entry(EntryValue("a/b"));
        (body.PieceLength, body.PiecesPerSlice, body.Pieces) = (256 << 20, 1 << 24, 1 << 24);
        body.SliceLeaves.Clear();
        body.SliceLeaves.Add(uint.MaxValue);
        var subject = body.InfoHashV2.ToByteArray();
        Assert.Equal(Acceptance.Malformed, _set.Offer(Of(Founder, RecordKind.Entry, subject, body), Now));
        body.SliceLeaves[0] = int.MaxValue;
        Assert.Equal(Acceptance.Accepted, _set.Offer(Of(Founder, RecordKind.Entry, subject, body), Now));
    }

    [Fact]
    public void Offer_AnUnknownKind_IsCarried()
    {
        var record = Of(Alice, (RecordKind)999, [1], new V1.Node { Version = "later" });
        Assert.Equal(Acceptance.Accepted, _set.Offer(record, Now));
        Assert.Equal(record.Bytes.ToArray(), _set.Find(record.Id)!.Bytes.ToArray());
    }

    [Fact]
    public void Offer_FromTheFuture_IsRefusedBeyondTheSkew()
    {
        var edge = Now.UnixMs + 10 * Minute;
        Assert.Equal(Acceptance.Future, _set.Offer(NodeRecord(Alice, 1, edge + 1), Now));
        Assert.Equal(Acceptance.Future, _set.Offer(NodeRecord(Alice, (ulong)edge + 1, Now.UnixMs), Now));
        Assert.Equal(Acceptance.Accepted, _set.Offer(NodeRecord(Alice, (ulong)edge, edge), Now));
    }

    [Fact]
    public void Offer_UnderTheDrillPace_AllowsTheDrillsSkew()
    {
        Assert.Equal(Acceptance.Accepted, _set.Offer(Charter(Founder, Policy.Default with { Pace = Pace.Drill }), Now));
        Assert.Equal(Acceptance.Future, _set.Offer(NodeRecord(Alice, 1, Now.UnixMs + 5_001), Now));
        Assert.Equal(Acceptance.Accepted, _set.Offer(NodeRecord(Alice, 1, Now.UnixMs + 5_000), Now));
    }

    [Fact]
    public void Offer_AfterTheLease_IsExpired()
    {
        var record = NodeRecord(Alice, 1, Now.UnixMs, ttlMs: Hour);
        Assert.Equal(Acceptance.Expired, _set.Offer(record, Now.Plus(Hour + 10 * Minute)));
        Assert.Equal(Acceptance.Accepted, _set.Offer(record, Now.Plus(Hour + 10 * Minute - 1)));
    }

    [Fact]
    public void Offer_ALongerLeaseThanItsKindAllows_IsRefused()
    {
        Assert.Equal(Acceptance.TooLongLived, _set.Offer(NodeRecord(Alice, 1, Now.UnixMs, 72 * Hour + 1000), Now));
        var body = RecordBodies.Charter("test", Policy.Default);
        Assert.Equal(Acceptance.TooLongLived, _set.Offer(
            Of(Founder, RecordKind.Charter, [], body, 400 * Day + 1000), Now));
        Assert.Equal(Acceptance.Accepted, _set.Offer(Of(Founder, RecordKind.Charter, [], body, 400 * Day), Now));
    }

    [Fact]
    public void Offer_ACharterOfAnybodyElse_IsNotAuthorised() =>
        Assert.Equal(Acceptance.NotAuthorised, _set.Offer(Charter(Alice, Policy.Default), Now));

    [Fact]
    public void Offer_AnEntry_NeedsTheFounderOrACuratorWithinScopeAndTime()
    {
        Assert.Equal(Acceptance.NotAuthorised, _set.Offer(Entry(Alice, "org/model"), Now));
        _set.Offer(Charter(Founder, Policy.Default, Curator(Alice, "org/"), Curator(Bob, "", Now.UnixMs + 1)), Now);
        Assert.Equal(Acceptance.NotAuthorised, _set.Offer(Entry(Alice, "other/model"), Now));
        Assert.Equal(Acceptance.Accepted, _set.Offer(Entry(Alice, "org/model"), Now));
        var late = Of(Bob, RecordKind.Entry, Hash256.Of("model"u8).ToArray(),
            RecordBodies.Entry(EntryValue("org/model")), 400 * Day, issuedMs: Now.UnixMs + 1);
        Assert.Equal(Acceptance.NotAuthorised, _set.Offer(late, Now.Plus(1)));
        Assert.Equal(Acceptance.Accepted, _set.Offer(Entry(Bob, "org/model"), Now.Plus(Day)));
        Assert.Equal(Acceptance.Accepted, _set.Offer(Entry(Founder, "any/model"), Now));
    }

    [Fact]
    public void Offer_WithAWrongSignature_IsRefused()
    {
        var envelope = V1.Envelope.Parser.ParseFrom(NodeRecord(Alice, 1, Now.UnixMs).Bytes.Span);
        envelope.Author = ByteString.CopyFrom(Bob.PublicKey);
        Assert.Equal(Acceptance.BadSignature, _set.Offer(envelope.ToByteArray(), Now, out _));
        Assert.Equal(0, _set.Count);
    }

    [Fact]
    public void Expire_WhenTheLeaseIsOver_DropsTheRecordEverywhere()
    {
        var record = NodeRecord(Alice, 1, Now.UnixMs, ttlMs: Hour);
        _set.Offer(record, Now);
        var end = Hour + 10 * Minute;
        Assert.Empty(_set.Expire(Now.Plus(end - 1)));
        Assert.Equal([record.Id], _set.Expire(Now.Plus(end)).Select(r => r.Id));
        Assert.Equal((0, 0L), (_set.Count, _set.Index.Count));
        Assert.Null(_set.Find(record.Id));
    }

    [Theory]
    [InlineData(365)]
    [InlineData(-365)]
    public void Expire_WhenTheWallClockJumps_GoesByTheMonotonicOne(int days)
    {
        _set.Offer(NodeRecord(Alice, 1, Now.UnixMs, ttlMs: Hour), Now);
        var jump = days * Day;
        var end = Now.MonotonicMs + Hour + 10 * Minute;
        Assert.Empty(_set.Expire(new Instant(end - 1, Now.UnixMs + jump)));
        Assert.Single(_set.Expire(new Instant(end, Now.UnixMs + jump)));
    }

    [Fact]
    public void Offer_AReplayAfterTheLease_IsDeadByTime()
    {
        var record = NodeRecord(Alice, 1, Now.UnixMs, ttlMs: Hour);
        _set.Offer(record, Now);
        var later = Now.Plus(Hour + 10 * Minute);
        _set.Expire(later);
        Assert.Equal(Acceptance.Expired, _set.Offer(record, later));
    }

    [Fact]
    public void Offer_ARenewal_MovesTheEndOfTheLease()
    {
        _set.Offer(NodeRecord(Alice, 1, Now.UnixMs, ttlMs: Hour), Now);
        var later = Now.Plus(Hour / 2);
        _set.Offer(NodeRecord(Alice, 2, later.UnixMs, ttlMs: Hour), later);
        Assert.Empty(_set.Expire(Now.Plus(Hour + 10 * Minute)));
        Assert.Single(_set.Expire(later.Plus(Hour + 10 * Minute)));
    }
}
