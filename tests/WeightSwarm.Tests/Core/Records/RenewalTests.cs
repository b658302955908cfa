using WeightSwarm.Core;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using static WeightSwarm.Tests.Core.Records.TestRecords;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Records;

/// <summary>What a renewal keeps, what it does not, and for how long. Skew is ten minutes.</summary>
public sealed class RenewalTests
{
    private const long Lease = 72 * Hour, Skew = 10 * Minute;

    private readonly RecordSet _set = new(Network, Alice);
    private readonly Record _node = NodeRecord(Alice, 1, Now.UnixMs);

    private static byte[] Model(int number) => Hash256.Of([(byte)number]).ToArray();

    private static Record Holding(SimKey key, int model, Instant at) =>
        Of(key, RecordKind.Holding, Model(model), new V1.Holding(), Lease, (ulong)at.UnixMs, at.UnixMs);

    private static Record Renewal(SimKey key, Instant at, params Record[] listed) => Page(key, 0, at, listed);

    private static Record Page(SimKey key, int page, Instant at, params Record[] listed) => Of(
        key, RecordKind.Renewal, Renewals.Subject(page).ToArray(), Renewals.Write(listed.Select(r => r.Id.Prefix)),
        Lease, (ulong)at.UnixMs, at.UnixMs);

    private void Take(Record record, Instant at) => Assert.Equal(Acceptance.Accepted, _set.Offer(record, at));

    private IEnumerable<Hash256> Gone(Instant at) => _set.Expire(at).Select(r => r.Id).Order();

    [Fact]
    public void Expire_OfWhatARenewalLists_ComesWithTheRenewalsEnd()
    {
        var (kept, left) = (Holding(Alice, 1, Now), Holding(Alice, 2, Now));
        foreach (var record in new[] { _node, kept, left }) Take(record, Now);
        var later = Now.Plus(Day);
        var renewal = Renewal(Alice, later, _node, kept);
        Take(renewal, later);
        Assert.Equal([left.Id], Gone(Now.Plus(Lease + Skew)));
        Assert.Empty(Gone(later.Plus(Lease + Skew - 1)));
        Assert.Equal(
            new[] { _node.Id, kept.Id, renewal.Id }.Order(), Gone(later.Plus(Lease + Skew)));
        Assert.Equal((0, 0L), (_set.Count, _set.Index.Count));
    }

    [Fact]
    public void Expire_OfARecordThatOutlivesItsRenewal_ComesWithItsOwnEnd()
    {
        Take(Renewal(Alice, Now, _node), Now);
        var later = Now.Plus(Hour);
        var holding = Holding(Alice, 1, later);
        Take(holding, later);
        Take(_node, Now.Plus(Lease - Hour));
        Assert.DoesNotContain(holding.Id, Gone(Now.Plus(Lease + Skew)));
        Assert.Equal([holding.Id], Gone(later.Plus(Lease + Skew)));
    }

    [Fact]
    public void Offer_OfARecordWhoseLeaseIsOver_NeedsARenewalThatListsIt()
    {
        var late = Now.Plus(Lease + Skew);
        Assert.Equal(Acceptance.Expired, _set.Offer(_node, late));
        Take(Renewal(Alice, Now.Plus(Day), _node), late);
        Assert.Equal(Acceptance.Accepted, _set.Offer(_node, late));
        Assert.Equal(Acceptance.Duplicate, _set.Offer(_node, late));
        // Still what it was: the lease of the renewal.
        Assert.Empty(Gone(Now.Plus(Day + Lease + Skew - 1)));
        Assert.Equal(2, Gone(Now.Plus(Day + Lease + Skew)).Count());
        Assert.Equal(Acceptance.Expired, _set.Offer(_node, Now.Plus(Day + Lease + Skew)));
    }

    public static TheoryData<string> WhatDoesNotKeep => ["another author's", "another record", "over", "none"];

    [Theory]
    [MemberData(nameof(WhatDoesNotKeep))]
    public void Offer_OfARecordWhoseLeaseIsOver_IsExpiredWhereTheRenewalIs(string which)
    {
        var late = Now.Plus(2 * Lease);
        if (which == "another author's") Take(Renewal(Bob, Now.Plus(Lease), _node), late);
        if (which == "another record") Take(Renewal(Alice, Now.Plus(Lease), Holding(Alice, 1, Now)), late);
        if (which == "over")
        {
            // Nobody has ticked since it ended.
            Take(Renewal(Alice, Now, _node), Now);
            late = Now.Plus(Lease + Skew);
        }
        Assert.Equal(Acceptance.Expired, _set.Offer(_node, late));
    }

    public static TheoryData<RecordKind, byte[]> KindsThatCannotBeRenewed => new()
    {
        { RecordKind.Claim, new byte[36] }, { RecordKind.ReleaseIntent, new byte[36] },
        { RecordKind.Observation, new byte[32] }, { RecordKind.AuditReport, [] }, { RecordKind.Renewal, [0, 0, 0, 1] },
        { (RecordKind)999, [] },
    };

    [Theory]
    [MemberData(nameof(KindsThatCannotBeRenewed))]
    public void Renewal_OfAnotherKind_HasNoEffect(RecordKind kind, byte[] subject)
    {
        var record = Of(Alice, kind, subject, new V1.Prune(), Hour);
        Take(record, Now);
        Take(Renewal(Alice, Now, record), Now);
        Assert.Equal([record.Id], Gone(Now.Plus(Hour + Skew)));
        Assert.Equal(Acceptance.Expired, _set.Offer(record, Now.Plus(Hour + Skew)));
    }

    [Fact]
    public void Renewal_ThatListsLess_LetsTheRestGoByTheirOwnLeases()
    {
        var (over, alive) = (Holding(Alice, 1, Now), Holding(Alice, 2, Now.Plus(2 * Day)));
        var (first, second) = (Now.Plus(2 * Day), Now.Plus(Lease + Hour));
        foreach (var (record, at) in new[] { (_node, Now), (over, Now), (alive, first) }) Take(record, at);
        Take(Renewal(Alice, first, _node, over, alive), first);
        Take(Renewal(Alice, second, _node), second);
        Assert.Equal([over.Id], Gone(second));
        Assert.Equal(Acceptance.Expired, _set.Offer(over, second));
        Assert.Equal(Acceptance.Stale, _set.Offer(Renewal(Alice, first, _node, over, alive), second));
        Assert.Equal([alive.Id], Gone(Now.Plus(2 * Day + Lease + Skew)));
    }

    [Fact]
    public void Renewal_OnTwoPages_KeepsWhatEitherLists()
    {
        var holding = Holding(Alice, 1, Now);
        Take(_node, Now);
        Take(holding, Now);
        var (one, two) = (Now.Plus(Day), Now.Plus(2 * Day));
        Take(Page(Alice, 0, one, _node, holding), one);
        var last = Page(Alice, Renewals.MostPages - 1, two, holding);
        Take(last, two);
        Take(Page(Alice, 0, two.Plus(1), _node), two.Plus(1));
        Assert.Equal(new[] { holding.Id, last.Id }.Order(), Gone(two.Plus(Lease + Skew)));
        Assert.Contains(_node.Id, Gone(two.Plus(1 + Lease + Skew)));
    }

    [Fact]
    public void Offer_OfANewerRecord_TakesThePlaceOfARenewedOne()
    {
        Take(_node, Now);
        Take(Renewal(Alice, Now, _node), Now);
        var later = Now.Plus(Day);
        var newer = NodeRecord(Alice, (ulong)later.UnixMs, later.UnixMs);
        Take(newer, later);
        Assert.Equal(Acceptance.Stale, _set.Offer(_node, Now.Plus(2 * Day)));
        Assert.DoesNotContain(newer.Id, Gone(Now.Plus(Lease + Skew)));
        Assert.Equal([newer.Id], Gone(later.Plus(Lease + Skew)));
    }

    [Fact]
    public void Renewal_ThatListsLessAfterTheWallClockWasSetBack_MakesNoLeaseLonger()
    {
        Take(_node, Now);
        Take(Renewal(Alice, Now, _node), Now);
        var back = new Instant(Now.MonotonicMs + Day, Now.UnixMs + Day - 5 * Minute);
        Take(Renewal(Alice, back), back);
        Assert.Contains(_node.Id, Gone(new Instant(Now.MonotonicMs + Lease + Skew, Now.UnixMs + Lease)));
    }

    [Fact]
    public void TakeOutFuture_OfARenewal_TakesBackWhatItGave()
    {
        var ahead = Now.Plus(Hour);
        Take(_node, Now);
        Take(Renewal(Alice, ahead, _node), ahead);
        Assert.Single(_set.TakeOutFuture(Alice.Id, new Instant(ahead.MonotonicMs, Now.UnixMs)));
        Assert.Contains(_node.Id, Gone(Now.Plus(Lease + Skew + Hour)));
    }

    public static TheoryData<byte[], int> Sound => new()
    {
        { [], 0 }, { [], 1024 }, { [0, 0, 0, 1], 1 }, { [0, 0, 0, 15], 1 },
    };

    [Theory]
    [MemberData(nameof(Sound))]
    public void Offer_WithinTheLimits_IsAccepted(byte[] subject, int listed) =>
        Assert.Equal(Acceptance.Accepted, _set.Offer(Listing(subject, listed), Now));

    public static TheoryData<byte[], int> Unsound => new()
    {
        { [], 1025 }, { [0, 0, 0, 0], 1 }, { [0, 0, 0, 16], 1 }, { [1, 0, 0, 0], 1 }, { [1], 1 }, { new byte[32], 1 },
    };

    [Theory]
    [MemberData(nameof(Unsound))]
    public void Offer_BeyondTheLimits_IsMalformed(byte[] subject, int listed) =>
        Assert.Equal(Acceptance.Malformed, _set.Offer(Listing(subject, listed), Now));

    private static Record Listing(byte[] subject, int listed) => Of(
        Alice, RecordKind.Renewal, subject, Renewals.Write(Enumerable.Range(1, listed).Select(n => (ulong)n)), Lease);

    [Fact]
    public void Listed_OfIdsInAnyOrder_AreFoundAllTheSame()
    {
        var body = new V1.Renewal { Records = { ulong.MaxValue, _node.Id.Prefix, 7, 7 } };
        var renewal = Of(Alice, RecordKind.Renewal, [], body, Lease);
        Assert.True(Renewals.Lists(renewal, _node));
        Assert.False(Renewals.Lists(renewal, NodeRecord(Bob, 1, Now.UnixMs)));
    }

    /// <summary>Sets that were given the same, in whatever order, keep the same at any time.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Offer_OfTheSameInAnyOrder_LeavesTheSame(ulong seed)
    {
        var random = new SplitMix64(seed);
        var all = RandomWeek(random);
        var now = Now.Plus(7 * Day);
        RecordSet[] sets = [new(Network, Alice), new(Network, Alice), new(Network, Alice)];
        foreach (var set in sets)
        {
            // What waits for its renewal is offered again when that has come.
            foreach (var round in new[] { 1, 2 })
                foreach (var record in all.OrderBy(_ => random.Next()).ToList())
                    set.Offer(record, now);
        }
        for (var at = now; at.MonotonicMs < now.MonotonicMs + 4 * Day; at = at.Plus(Hour))
        {
            foreach (var set in sets) set.Expire(at);
            Assert.Equal(sets[0].Records.Select(r => r.Id), sets[1].Records.Select(r => r.Id));
            Assert.Equal(sets[0].Records.Select(r => r.Id), sets[2].Records.Select(r => r.Id));
        }
        Assert.Equal(0, sets[0].Count);
    }

    private static List<Record> RandomWeek(SplitMix64 random)
    {
        List<Record> said = [];
        for (var hour = 0; hour < 7 * 24; hour++)
        {
            var at = Now.Plus(hour * Hour);
            foreach (var key in new[] { Alice, Bob })
                if (random.Below(8) == 0) said.Add(Holding(key, (int)random.Below(6), at));
                else if (random.Below(12) == 0)
                    said.Add(Page(key, (int)random.Below(2), at, [.. said.Where(_ => random.Below(3) > 0)]));
        }
        return said;
    }
}
