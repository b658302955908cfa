using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.V1;

namespace WeightSwarm.Tests.Core.Gossip.Reconciliation;

public sealed class ReconcilerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(2_000)]
    [InlineData(20_000)]
    public void Reconcile_EqualSets_IsDoneInOneRoundAndMovesNothing(int count)
    {
        List<IndexItem> items = Items.Random(new SplitMix64(11), count);
        var pair = new ReconcilePair(items, items);
        Assert.Equal(ReconcileOutcome.Done, pair.Run());
        Assert.Equal((2, 1, 0, 0), (pair.Messages, pair.Rounds, pair.LastPushed, pair.LastWanted));
        pair.AssertEqual(items);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(31, 3)]
    [InlineData(5_000, 3)]
    [InlineData(20_000, 3)]
    [InlineData(20_000, 1)]
    public void Reconcile_OneSideEmpty_FillsItWhicheverRoleItHas(int count, int days)
    {
        List<IndexItem> items = Items.Random(new SplitMix64(12), count, days);
        foreach (ReconcilePair pair in new[] { new ReconcilePair(items, []), new ReconcilePair([], items) })
        {
            Assert.Equal(ReconcileOutcome.Done, pair.Run());
            pair.AssertEqual(items);
        }
    }

    [Theory]
    [InlineData(10, 10)]
    [InlineData(31, 20_000)]
    [InlineData(20_000, 31)]
    [InlineData(3_000, 3_000)]
    [InlineData(20_000, 20_000)]
    public void Reconcile_DisjointSets_EndsWithTheUnion(int first, int second)
    {
        var random = new SplitMix64(13);
        List<IndexItem> left = Items.Random(random, first), right = Items.Random(random, second);
        var pair = new ReconcilePair(left, right);
        pair.RunUntilDone(atMost: 4);
        pair.AssertEqual([.. left, .. right]);
    }

    [Fact]
    public void Reconcile_RandomSets_EndsWithTheUnion()
    {
        for (ulong seed = 100; seed < 160; seed++)
        {
            var random = new SplitMix64(seed);
            List<IndexItem> common = Items.Random(random, (int)random.Below(1L << (int)random.Below(14)), 5);
            List<IndexItem> left = Items.Random(random, (int)random.Below(1L << (int)random.Below(11)), 5);
            List<IndexItem> right = Items.Random(random, (int)random.Below(1L << (int)random.Below(11)), 5);
            var pair = new ReconcilePair([.. common, .. left], [.. common, .. right]);
            string seen = $"seed {seed}: {common.Count} in common, {left.Count} and {right.Count} alone";
            try
            {
                pair.RunUntilDone(atMost: 2);
                pair.AssertEqual([.. common, .. left, .. right]);
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException(seen, failure);
            }
        }
    }

    [Fact]
    public void Reconcile_RolesExchanged_MovesTheSameItems()
    {
        var random = new SplitMix64(14);
        List<IndexItem> common = Items.Random(random, 4_000);
        List<IndexItem> left = [.. common, .. Items.Random(random, 90)];
        List<IndexItem> right = [.. common, .. Items.Random(random, 40)];
        var one = new ReconcilePair(left, right);
        var other = new ReconcilePair(right, left);
        Assert.Equal(ReconcileOutcome.Done, one.Run());
        Assert.Equal(ReconcileOutcome.Done, other.Run());
        Assert.Equal((90, 40), (one.LastPushed, one.LastWanted));
        Assert.Equal((40, 90), (other.LastPushed, other.LastWanted));
    }

    [Fact]
    public void Handle_AnswerToAnotherSession_IsStale()
    {
        var reconciler = new Reconciler(new RecordIndex());
        var answer = new Reconcile { Session = 8, Answer = true };
        Assert.Equal(ReconcileOutcome.Stale, reconciler.Handle(answer).Outcome);
        reconciler.Start(7, ReconcilePair.Salt(7));
        Assert.Equal(ReconcileOutcome.Stale, reconciler.Handle(answer).Outcome);
        answer.Session = 7;
        Assert.Equal(ReconcileOutcome.Done, reconciler.Handle(answer).Outcome);
        Assert.False(reconciler.IsOpen);
        Assert.Equal(ReconcileOutcome.Stale, reconciler.Handle(answer).Outcome);
    }

    [Fact]
    public void Handle_PeerThatNeverAgrees_EndsAfterSixteenRounds()
    {
        RecordIndex index = Items.Index(Items.Random(new SplitMix64(15), 3_000));
        var reconciler = new Reconciler(index);
        reconciler.Start(1, ReconcilePair.Salt(1));
        var answer = new Reconcile { Session = 1, Answer = true };
        answer.Ranges.Add(new V1.Range { Fingerprint = ByteString.CopyFrom(new byte[12]) });
        for (int round = 2; round <= ReconcileLimits.MaxRounds; round++)
            Assert.Equal(ReconcileOutcome.Continue, reconciler.Handle(answer).Outcome);
        ReconcileStep last = reconciler.Handle(answer);
        Assert.Equal((ReconcileOutcome.OutOfRounds, null), (last.Outcome, last.Reply));
        Assert.Equal(16, reconciler.Rounds);
    }

    [Fact]
    public void Handle_EmptyListFromAnyone_PushesNoMoreThanOneStepMay()
    {
        RecordIndex index = Items.Index(Items.Random(new SplitMix64(16), 9_000));
        Reconcile message = Request(new V1.Range { Ids = ByteString.Empty });
        ReconcileStep step = new Reconciler(index).Handle(message);
        Assert.Equal(ReconcileLimits.MaxPushPerStep, step.ToPush.Count);
        V1.Range rest = Assert.Single(step.Reply!.Ranges, range => range.HasFingerprint);
        Assert.True(rest.UntilId.IsEmpty && rest.UntilDays == 0, "the rest goes to the end");
        Assert.Equal(9_000 - 4_096, index.Count - index.Rank(RangeBound.Before(AfterSkip(step.Reply))));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(500)]
    [InlineData(990)]
    [InlineData(1_000)]
    public void Handle_ManyDifferingRanges_KeepsToTheFrameAndGetsSomewhere(int ranges)
    {
        List<IndexItem> items = Items.Random(new SplitMix64(17), 60_000);
        RecordIndex index = Items.Index(items);
        items.Sort();
        var request = new RangeList();
        for (int i = 1; i <= ranges; i++)
        {
            int end = i * items.Count / ranges;
            request.Add(i == ranges ? RangeBound.End : RangeBound.Between(items[end - 1], items[end]));
        }
        ReconcileStep step = new Reconciler(index).Handle(Request([.. request.Ranges]));
        Assert.Equal(ReconcileOutcome.Continue, step.Outcome);
        Assert.InRange(step.Reply!.Ranges.Count, 1, ReconcileLimits.MaxRanges);
        Assert.InRange(step.Reply.CalculateSize(), 1, ReconcileLimits.MaxMessageBytes);
        V1.Range last = step.Reply.Ranges[^1];
        Assert.True(last.UntilId.IsEmpty && last.UntilDays == 0, "every range that differs is answered, to the end");
        Assert.DoesNotContain(step.Reply.Ranges, range => range.BodyCase == V1.Range.BodyOneofCase.Skip);
        Assert.InRange(step.Reply.Ranges.Count, Math.Min(100, ranges), ReconcileLimits.MaxRanges);
    }

    [Theory]
    [InlineData("a salt of 15 bytes where 16 are due")]
    [InlineData("1001 ranges, at most 1000 are allowed")]
    [InlineData("range 0: no body")]
    [InlineData("range 0: a skip that is false")]
    [InlineData("range 0: a fingerprint of 13 bytes, not 12")]
    [InlineData("range 0: ids of 33 bytes, not a multiple of 32")]
    [InlineData("range 0: id 1 is not after the one before it")]
    [InlineData("range 0: 1280 ids, at most 1024 are allowed")]
    [InlineData("range 1: an until_id of 33 bytes, at most 32 are allowed")]
    [InlineData("range 1: does not end after its start")]
    [InlineData("range 1: ends on day 4294967304, beyond 4294967295")]
    [InlineData("range 1: follows the one without an end")]
    public void Handle_MalformedMessage_SaysWhatIsWrongAndDoesNoWork(string reason)
    {
        RecordIndex index = Items.Index(Items.Random(new SplitMix64(18), 100));
        ReconcileStep step = new Reconciler(index).Handle(Malformed(reason));
        Assert.Equal((ReconcileOutcome.Malformed, reason), (step.Outcome, step.Reason));
        Assert.Equal((0, 0, 0, null), (step.ItemsRead, step.ToPush.Count, step.ToWant.Count, step.Reply));
    }

    [Fact]
    public void Handle_MessageBeyondTheFrame_IsMalformed()
    {
        var message = Request();
        byte[] ids = AscendingIds(1_024);
        for (int i = 0; i < 3; i++)
            message.Ranges.Add(new V1.Range { UntilDays = 1, Ids = ByteString.CopyFrom(ids) });
        ReconcileStep step = new Reconciler(new RecordIndex()).Handle(message);
        Assert.Equal(ReconcileOutcome.Malformed, step.Outcome);
        Assert.Contains("at most 65520 are allowed", step.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Handle_BoundThatOnlyPadsTheOneBefore_IsMalformed()
    {
        ReconcileStep step = new Reconciler(new RecordIndex()).Handle(Request(Until(3, [7]), Until(0, [7, 0])));
        Assert.Equal("range 1: does not end after its start", step.Reason);
    }

    [Fact]
    public void Handle_MalformedAnswer_ClosesTheSession()
    {
        var reconciler = new Reconciler(new RecordIndex());
        reconciler.Start(1, ReconcilePair.Salt(1));
        var answer = new Reconcile { Session = 1, Answer = true, Salt = ByteString.CopyFrom(new byte[16]) };
        Assert.Equal(ReconcileOutcome.Malformed, reconciler.Handle(answer).Outcome);
        Assert.False(reconciler.IsOpen);
    }

    private static Reconcile Request(params V1.Range[] ranges)
    {
        var message = new Reconcile { Session = 1, Salt = ByteString.CopyFrom(ReconcilePair.Salt(1)) };
        message.Ranges.AddRange(ranges);
        return message;
    }

    private static Reconcile Malformed(string reason)
    {
        V1.Range ok = Until(9, []);
        if (reason.StartsWith("a salt", StringComparison.Ordinal))
            return new Reconcile { Salt = ByteString.CopyFrom(new byte[15]), Ranges = { ok } };
        return reason.StartsWith("1001", StringComparison.Ordinal)
            ? Request([.. Enumerable.Repeat(ok, 1_001)])
            : MalformedRange(reason, ok);
    }

    private static Reconcile MalformedRange(string reason, V1.Range ok) => reason.Split(": ")[1].Split(',')[0] switch
    {
        "no body" => Request(new V1.Range { UntilDays = 1 }),
        "a skip that is false" => Request(new V1.Range { Skip = false }),
        "a fingerprint of 13 bytes" => Request(new V1.Range { Fingerprint = ByteString.CopyFrom(new byte[13]) }),
        "ids of 33 bytes" => Request(new V1.Range { Ids = ByteString.CopyFrom(new byte[33]) }),
        "id 1 is not after the one before it" => Request(new V1.Range { Ids = ByteString.CopyFrom(new byte[64]) }),
        "1280 ids" => Request(new V1.Range { Ids = ByteString.CopyFrom(AscendingIds(1_280)) }),
        "an until_id of 33 bytes" => Request(ok, Until(0, new byte[33])),
        "does not end after its start" => Request(Until(3, [7]), Until(0, [6])),
        "ends on day 4294967304" => Request(ok, Until(uint.MaxValue, [])),
        "follows the one without an end" => Request(new V1.Range { Skip = true }, ok),
        var unknown => throw new ArgumentException(unknown, nameof(reason)),
    };

    private static V1.Range Until(uint days, byte[] id) => new()
    {
        UntilDays = days,
        UntilId = ByteString.CopyFrom(id),
        Fingerprint = ByteString.CopyFrom(new byte[Fingerprint.Size]),
    };

    private static byte[] AscendingIds(int count)
    {
        var ids = new byte[count * Hash256.Size];
        for (int i = 0; i < count; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(ids.AsSpan(i * Hash256.Size), (ushort)i);
        return ids;
    }

    private static IndexItem AfterSkip(Reconcile reply)
    {
        V1.Range skip = reply.Ranges[0];
        Assert.True(skip.Skip);
        byte[] id = [.. skip.UntilId.Span, .. new byte[32 - skip.UntilId.Length]];
        return new IndexItem(skip.UntilDays, new Hash256(id));
    }

    /// <summary>Ranges with fingerprints that no set has.</summary>
    private sealed class RangeList
    {
        private IndexItem _at;

        public List<V1.Range> Ranges { get; } = [];

        public void Add(RangeBound upper)
        {
            var range = new V1.Range { Fingerprint = ByteString.CopyFrom(new byte[12]) };
            if (!upper.IsEnd)
            {
                range.UntilDays = upper.Key.Day - _at.Day;
                range.UntilId = ByteString.CopyFrom(upper.Key.Id.ToArray().AsSpan().TrimEnd((byte)0));
                _at = upper.Key;
            }
            Ranges.Add(range);
        }
    }
}
