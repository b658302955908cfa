using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Gossip.Reconciliation;
using WeightSwarm.Tests.Core.Records;
using static WeightSwarm.Tests.Core.Gossip.CoreBench;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Gossip.Buckets;

public sealed class PartedCoreTests
{
    private const int Bits = 3;
    private readonly CoreBench _bench = new(buckets: new BucketRules(4, 3, Bits));

    private static int Duty => Bucket.DutyOf(TestRecords.Alice.Id, Bits);

    private static int Elsewhere => (Duty + 1) % 8;

    private static Hash256 ModelIn(int bucket) => Enumerable.Range(0, 200).Select(n => Hash256.Of([(byte)n])).First(
        m => Bucket.Of(m, Bits) == bucket);

    private static Record HoldingIn(int bucket, int key, ulong seq = 1) => TestRecords.Of(
        new SimKey(7, key), RecordKind.Holding, ModelIn(bucket).ToArray(),
        new V1.Holding { Verified = Google.Protobuf.ByteString.CopyFrom(1) }, 60_000, seq, TestRecords.Now.UnixMs);

    private Record Member(int key, ulong seq, params uint[] buckets)
    {
        var body = new V1.Node { FreeBytes = seq };
        body.Buckets.AddRange(buckets);
        return EnvelopeCodec.Write(
            new SimKey(7, key), TestRecords.Network, RecordKind.Node, [], body, seq, _bench.Now.UnixMs, 30_000);
    }

    private Record[] Crowd(ulong seq = 1) =>
        [.. Enumerable.Range(20, 6).Select(key => _bench.NodeRecord(key, seq))];

    /// <summary>Six members become known, and a tick parts the network.</summary>
    private List<CoreOutput> Part(SessionId session)
    {
        _bench.Frame(session, Push(Crowd()));
        return _bench.Ticks(100);
    }

    private bool Has(Record record) => _bench.Core.Records.Any(r => r.Id == record.Id);

    private static V1.Reconcile Opening(uint scope, RecordIndex index)
    {
        var opening = new Reconciler(index).Start(9, new byte[16]);
        opening.Scope = scope;
        return opening;
    }

    [Fact]
    public void Part_AboveTheThreshold_ForgetsOtherBucketsAndNamesItsOwn()
    {
        var session = _bench.Linked(2);
        var (kept, gone) = (HoldingIn(Duty, 9), HoldingIn(Elsewhere, 9));
        _bench.Frame(session, Push(kept, gone));
        Assert.Null(_bench.Core.Buckets);
        var outputs = Part(session);
        Assert.Equal([Duty], _bench.Core.Buckets!);
        Assert.True(Has(kept) && !Has(gone));
        Assert.Equal([gone.Id], outputs.OfType<CoreOutput.Forget>().Select(f => f.Record.Id));
        _bench.Handle(new CoreInput.Described(new SelfDescription([], "", "", false, "1", 0)));
        var own = _bench.Ticks(500).OfType<CoreOutput.Persist>().Select(p => p.Record)
            .Last(r => r.Kind == RecordKind.Node && r.Author == _bench.Core.Self);
        Assert.Equal([(uint)Duty], RecordBodies.Node(own).Buckets);
    }

    [Fact]
    public void WhyNotWatched_SaysWhoWatchesAndWhatIsNotKnownYet()
    {
        var session = _bench.Linked(2);
        Assert.Null(_bench.Core.WhyNotWatched(ModelIn(Elsewhere)));
        Part(session);
        _bench.Frame(session, Push(Member(20, 2, (uint)Elsewhere), Member(21, 2, (uint)Duty)));
        Assert.Contains(
            $"bucket {Elsewhere}, of which 5 nodes hear", _bench.Core.WhyNotWatched(ModelIn(Elsewhere)),
            StringComparison.Ordinal);
        // It parted too soon after its start to know the whole of its duty.
        Assert.Contains("just begun", _bench.Core.WhyNotWatched(ModelIn(Duty)), StringComparison.Ordinal);
    }

    [Fact]
    public void Push_OfABucketOfOthers_IsNeitherKeptNorPassedOnNorBlamed()
    {
        var (session, other) = (_bench.Linked(2), _bench.Linked(3));
        Part(session);
        var record = HoldingIn(Elsewhere, 9);
        Assert.Empty(_bench.Frame(session, Push(record)).OfType<CoreOutput.Send>());
        Assert.False(Has(record));
        Assert.Empty(_bench.Core.Offences);
        var mine = HoldingIn(Duty, 9);
        Assert.NotEmpty(To(_bench.Frame(session, Push(mine)), other));
        Assert.True(Has(mine));
    }

    [Fact]
    public void Push_OfAnOwnRecord_IsKeptWhateverItsBucket()
    {
        var session = _bench.Linked(2);
        Part(session);
        var own = TestRecords.Of(TestRecords.Alice, RecordKind.Holding, ModelIn(Elsewhere).ToArray(), new V1.Holding());
        _bench.Frame(session, Push(own));
        Assert.True(Has(own));
    }

    [Fact]
    public void Spread_GoesOnlyToThoseWhoSubscribe()
    {
        var (from, subscriber, stranger, all) =
            (_bench.Linked(2), _bench.Linked(3), _bench.Linked(4), _bench.Linked(5));
        _bench.Frame(from, Push(Member(3, 1, (uint)Elsewhere), Member(4, 1, (uint)Duty), Member(5, 1)));
        // This node hears of all, and still heeds the others.
        Assert.Null(_bench.Core.Buckets);
        var record = HoldingIn(Elsewhere, 9);
        var outputs = _bench.Frame(from, Push(record));
        Assert.NotEmpty(To(outputs, subscriber));
        Assert.NotEmpty(To(outputs, all));
        Assert.Empty(To(outputs, stranger));
        Assert.NotEmpty(To(_bench.Frame(from, Push(_bench.NodeRecord(9))), stranger));
    }

    [Fact]
    public void Held_OfAnotherBucket_SubscribesAndLetsItsRecordsIn()
    {
        var session = _bench.Linked(2);
        Part(session);
        _bench.Handle(new CoreInput.SlicesHeld(ModelIn(Elsewhere), SliceSet.Of([0]), InPlace: true));
        _bench.Ticks(100);
        Assert.Equal(new[] { Duty, Elsewhere }.Order(), _bench.Core.Buckets!);
        var record = HoldingIn(Elsewhere, 9);
        _bench.Frame(session, Push(record));
        Assert.True(Has(record));
    }

    [Fact]
    public void Wanted_ByTheUser_SubscribesForAsLongAndAWhileMore()
    {
        var session = _bench.Linked(2);
        Part(session);
        _bench.Handle(new CoreInput.ModelsWanted([ModelIn(Elsewhere)]));
        _bench.Ticks(100);
        Assert.Contains(Elsewhere, _bench.Core.Buckets!);
        _bench.Handle(new CoreInput.ModelsWanted([]));
        for (ulong seq = 2; seq < 7; seq++)
        {
            // The members stay, and the stream does not fall silent.
            _bench.Frame(_bench.Linked((int)seq), Push(Crowd(seq)));
            _bench.Ticks(10_000);
        }
        Assert.Contains(Elsewhere, _bench.Core.Buckets!);
        _bench.Frame(_bench.Linked(9), Push(Crowd(9)));
        _bench.Ticks(12_000);
        Assert.Equal([Duty], _bench.Core.Buckets!);
    }

    [Fact]
    public void Reconcile_OfAllWithAPartedNode_EndsAndIsTakenUpByScope()
    {
        var session = _bench.Linked(2);
        Part(session);
        _bench.Ticks(2_000);
        var answer = To(_bench.Frame(session, new V1.Frame { Reconcile = Opening(0, new RecordIndex()) }), session)
            .Single(f => f.Reconcile is not null).Reconcile;
        Assert.Equal((true, 0, 0u), (answer.Answer, answer.Ranges.Count, answer.Scope));
        Assert.Contains(
            To(_bench.Ticks(1_500), session), f => f.Reconcile is { Answer: false, Scope: 1, Ranges.Count: > 0 });
    }

    [Fact]
    public void Reconcile_OfABucket_BringsItAndNothingElse()
    {
        var session = _bench.Linked(2);
        Part(session);
        var mine = HoldingIn(Duty, 9);
        _bench.Frame(session, Push(mine));
        var frames = Compare(session, Duty);
        Assert.Equal(mine.Bytes.ToArray(), Assert.Single(
            frames.SelectMany(f => f.Push?.Envelopes ?? [])).ToByteArray());
        Assert.Equal(3 * Hash256.Size, Assert.Single(frames, f => f.Want is not null).Want.Ids.Length);
        Assert.Equal((uint)Duty + 2, Assert.Single(frames, f => f.Reconcile is not null).Reconcile.Scope);
        var others = Compare(session, Elsewhere);
        Assert.Equal((0, true), (Assert.Single(others).Reconcile.Ranges.Count, others[0].Reconcile.Answer));
    }

    /// <summary>The peer has three records of a bucket.</summary>
    private List<V1.Frame> Compare(SessionId session, int bucket)
    {
        var index = Items.Index(Items.Random(new SplitMix64(1), 3));
        return To(_bench.Frame(session, new V1.Frame { Reconcile = Opening((uint)bucket + 2, index) }), session);
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    public void Reconcile_ByScopeBelowTheThreshold_IsAnsweredRightly(uint scope)
    {
        var session = _bench.Linked(2);
        Record[] records = [_bench.NodeRecord(9), HoldingIn(0, 9), HoldingIn(1, 9)];
        _bench.Frame(session, Push(records));
        var all = _bench.Core.Records.Where(r => Bucket.Of(r, Bits) == (int)scope - 2).ToList();
        var frames = To(_bench.Frame(session, new V1.Frame { Reconcile = Opening(scope, new RecordIndex()) }), session);
        Assert.Equal(all.Select(r => r.Id).Order(), frames.SelectMany(f => f.Push?.Envelopes ?? [])
            .Select(e => EnvelopeCodec.Read(e.Memory, TestRecords.Network)!.Id).Order());
        // It comes once more, and what has changed meanwhile is known.
        var later = HoldingIn(0, 10);
        _bench.Frame(session, Push(later));
        var again = To(_bench.Frame(session, new V1.Frame { Reconcile = Opening(scope, new RecordIndex()) }), session);
        Assert.Equal(all.Count + (scope == 2 ? 1 : 0), again.Sum(f => f.Push?.Envelopes.Count ?? 0));
    }

    [Fact]
    public void Reconcile_OfAScopeThatCannotBe_IsAnOffence()
    {
        var session = _bench.Linked(2);
        var outputs = _bench.Frame(session, new V1.Frame { Reconcile = Opening(1026, new RecordIndex()) });
        Assert.NotNull(CloseOf(outputs, session));
        Assert.Equal(1, _bench.Core.Offences[Offence.Malformed]);
    }

    [Theory]
    [InlineData(true, new uint[] { 0, 5, 1023 })]
    [InlineData(false, new uint[] { 1024 })]
    [InlineData(false, new uint[] { 5, 5 })]
    [InlineData(false, new uint[] { 6, 5 })]
    public void NodeRecord_WithBuckets_IsSoundWhenTheyAscend(bool sound, uint[] buckets) =>
        Assert.Equal(sound, RecordBodies.IsWellFormed(Member(9, 1, buckets)));

    [Fact]
    public void NodeRecord_With65Buckets_IsMalformed()
    {
        Assert.True(RecordBodies.IsWellFormed(Member(9, 1, [.. Enumerable.Range(0, 64).Select(b => (uint)b)])));
        Assert.False(RecordBodies.IsWellFormed(Member(9, 1, [.. Enumerable.Range(0, 65).Select(b => (uint)b)])));
    }

    [Fact]
    public void Join_BelowTheThreshold_HearsOfAllAgain()
    {
        var session = _bench.Linked(2);
        Part(session);
        Assert.NotNull(_bench.Core.Buckets);
        // The crowd's leases are over.
        _bench.Wait(40_000);
        var outputs = _bench.Ticks(200);
        Assert.Null(_bench.Core.Buckets);
        Assert.Equal(6, outputs.OfType<CoreOutput.Forget>().Count());
        var record = HoldingIn(Elsewhere, 9);
        _bench.Frame(_bench.Linked(3), Push(record));
        Assert.True(Has(record));
    }
}
