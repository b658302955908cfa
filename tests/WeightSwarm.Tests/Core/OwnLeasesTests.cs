using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Gossip;
using WeightSwarm.Tests.Core.Records;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core;

/// <summary>
/// How a node keeps its own records. Pace drill: leases of 30 s, renewed every 10 s; clocks may be 5 s apart.
/// </summary>
public sealed class OwnLeasesTests
{
    private const int Second = 1_000;
    private static readonly long _renewMs = Pace.Drill.LeaseRenewMs;

    private static readonly CoreInput _described = new CoreInput.Described(
        new SelfDescription([(IPAddress.Parse("10.0.1.1"), 7000, 7001)], "", "", false, "1", 1));

    private readonly SimDisk _disk = new(1L << 40);
    private readonly CoreBench _bench;

    public OwnLeasesTests()
    {
        _bench = new CoreBench(disk: _disk);
        _bench.Handle(_described);
        Hold(1, 0);
        Hold(2, 0, 3);
    }

    private static Hash256 Model(int number) => Hash256.Of([(byte)number, (byte)(number >> 8)]);

    private void Hold(int model, params int[] slices) =>
        _bench.Handle(new CoreInput.SlicesHeld(Model(model), SliceSet.Of(slices), InPlace: false));

    private static List<Record> Said(IEnumerable<CoreOutput> outputs, RecordKind kind) => [.. outputs
        .OfType<CoreOutput.Persist>().Select(p => p.Record)
        .Where(r => r.Kind == kind && r.Author == TestRecords.Alice.Id)];

    private Record Current(RecordKind kind, Hash256? model = null) => _bench.Core.Records.Single(r =>
        r.Author == TestRecords.Alice.Id && r.Kind == kind && (model is null || RecordBodies.ModelOf(r) == model));

    private List<Record> Standing() => [.. _bench.Core.Records.Where(
        r => r.Author == TestRecords.Alice.Id && Renewals.MayRenew(r.Kind))];

    private static void AssertLists(Record renewal, IEnumerable<Record> records) => Assert.Equal(
        records.Select(r => r.Id.Prefix).Order(), Renewals.Listed(renewal).ToArray());

    [Fact]
    public void Records_OfANodeAtRest_AreRenewedByOneRecordEachPeriod()
    {
        var first = _bench.Ticks(5 * Second);
        Assert.Equal((1, 2), (Said(first, RecordKind.Node).Count, Said(first, RecordKind.Holding).Count));
        var standing = Standing();
        var later = _bench.Ticks(100 * Second);
        Assert.Empty(Said(later, RecordKind.Node));
        Assert.Empty(Said(later, RecordKind.Holding));
        var renewals = Said(later, RecordKind.Renewal);
        Assert.Equal(100 * Second / _renewMs, renewals.Count);
        Assert.All(renewals, r => AssertLists(r, standing));
        Assert.Equal(standing.Select(r => r.Id), Standing().Select(r => r.Id));
    }

    [Fact]
    public void Renewal_ComesWhenTheOldestLeaseIsAPeriodOld_AndTheCoreWakesForIt()
    {
        _bench.Handle(new CoreInput.Tick());
        var said = _bench.Now.MonotonicMs;
        // What is said anew has another lease; the oldest decides.
        _bench.Ticks(4 * Second);
        Hold(1, 5);
        Assert.Empty(Said(_bench.Ticks(_renewMs - 4 * Second - 100), RecordKind.Renewal));
        Assert.InRange(_bench.Core.NextWakeMs, _bench.Now.MonotonicMs, said + _renewMs);
        Assert.Single(Said(_bench.Ticks(100), RecordKind.Renewal));
        Assert.Empty(Said(_bench.Ticks(_renewMs - 100), RecordKind.Renewal));
        Assert.Single(Said(_bench.Ticks(100), RecordKind.Renewal));
    }

    [Fact]
    public void Holding_ThatChanges_IsPublishedAtOnceAndListedFromThenOn()
    {
        _bench.Ticks(35 * Second);
        var old = Current(RecordKind.Holding, Model(1));
        Hold(1, 7);
        var changed = Assert.Single(Said(_bench.Ticks(1 * Second), RecordKind.Holding));
        var renewal = Said(_bench.Ticks((int)_renewMs), RecordKind.Renewal).Last();
        AssertLists(renewal, Standing());
        Assert.Contains(changed.Id.Prefix, Renewals.Listed(renewal).ToArray());
        Assert.DoesNotContain(old.Id.Prefix, Renewals.Listed(renewal).ToArray());
    }

    /// <summary>What this run has lost without a word is taken back by a word of its own.</summary>
    [Fact]
    public void Holding_OfAnEarlierRunThatIsGone_IsTakenBackOnceAllIsTakenUp()
    {
        _bench.Ticks(45 * Second);
        var recalled = Current(RecordKind.Holding, Model(2));
        var next = Restarted();
        Assert.Contains(next.Core.Records, r => r.Id == recalled.Id);
        next.Handle(new CoreInput.SlicesHeld(Model(1), SliceSet.Of([0]), InPlace: false));
        next.Handle(new CoreInput.TakenUp());
        var quietMs = (int)Pace.Drill.StartupQuietMs;
        var outputs = next.Ticks(quietMs + 1 * Second);
        var gone = Assert.Single(
            Said(outputs, RecordKind.Holding), r => RecordBodies.ModelOf(r) == Model(2));
        Assert.True(RecordBodies.Holding(gone).Verified.IsEmpty);
        Assert.InRange(gone.IssuedMs, recalled.IssuedMs + 1, next.Now.UnixMs);
        Assert.DoesNotContain(next.Core.Records, r => r.Id == recalled.Id);
        // From then on it is renewed like any other word of this run.
        var renewal = Said(next.Ticks((int)_renewMs), RecordKind.Renewal).Last();
        AssertLists(renewal, next.Core.Records.Where(r => Renewals.MayRenew(r.Kind)));
        Assert.Equal(3, Renewals.Listed(renewal).Length);
        Assert.False(Renewals.Lists(renewal, recalled));
    }

    /// <summary>A volunteer's many models on slow disks take longer to take up than the quiet lasts.</summary>
    [Fact]
    public void Holdings_WhileTheyAreTakenUp_StandHoweverLongThatTakes()
    {
        _bench.Ticks(45 * Second);
        var recalled = Standing().Where(r => r.Kind == RecordKind.Holding).ToList();
        var next = Restarted();
        next.Handle(new CoreInput.SlicesHeld(Model(1), SliceSet.Of([0]), InPlace: false));
        var outputs = next.Ticks(100 * Second);
        Assert.DoesNotContain(Said(outputs, RecordKind.Holding), r => RecordBodies.ModelOf(r) == Model(2));
        var late = recalled.Single(r => RecordBodies.ModelOf(r) == Model(2));
        Assert.True(Renewals.Lists(Said(outputs, RecordKind.Renewal).Last(), late));
        next.Handle(new CoreInput.SlicesHeld(Model(2), SliceSet.Of([0, 3]), InPlace: false));
        next.Handle(new CoreInput.TakenUp());
        outputs = next.Ticks(30 * Second);
        Assert.All(Said(outputs, RecordKind.Holding), r => Assert.False(RecordBodies.Holding(r).Verified.IsEmpty));
        Assert.Equal(3, Renewals.Listed(Said(outputs, RecordKind.Renewal).Last()).Length);
    }

    /// <summary>A machine whose clock is set soon after it has started gives nothing up for that.</summary>
    [Fact]
    public void Renewal_WhileEarlierHoldingsAreTakenUp_KeepsThem()
    {
        _bench.Ticks(45 * Second);
        var recalled = Standing().Where(r => r.Kind == RecordKind.Holding).ToList();
        var next = Restarted();
        next.SetClock(next.Now.UnixMs + 4 * Second);
        var outputs = next.Ticks(2 * Second);
        var renewal = Assert.Single(Said(outputs, RecordKind.Renewal));
        Assert.All(recalled, r => Assert.True(Renewals.Lists(renewal, r)));
        foreach (var model in new[] { 1, 2 })
            next.Handle(new CoreInput.SlicesHeld(Model(model), SliceSet.Of([0]), InPlace: false));
        outputs.AddRange(next.Ticks(60 * Second));
        Assert.DoesNotContain(outputs, o => o is CoreOutput.Forget { Record.Kind: RecordKind.Holding });
    }

    /// <summary>The next run of the node, with its records and its numbers.</summary>
    private CoreBench Restarted()
    {
        var next = new CoreBench(disk: _disk);
        next.Wait(_bench.Now.UnixMs - next.Now.UnixMs);
        next.Handle(_described);
        next.Handle(new CoreInput.Restored([.. _bench.Core.Records.Select(r => r.Bytes)]));
        return next;
    }

    [Fact]
    public void Records_WhileACloneSpeaks_AreSaidAnewAndNotRenewed()
    {
        _bench.Ticks(5 * Second);
        for (var word = 0; word < 4; word++)
        {
            var now = _bench.Now.UnixMs;
            var cloned = TestRecords.Of(
                TestRecords.Alice, RecordKind.Renewal, [], Renewals.Write([(ulong)word]), 30_000, (ulong)now + 1, now);
            _bench.Frame(_bench.Greeted(20 + word), CoreBench.Push(cloned));
            Assert.NotNull(_bench.Core.WhyCloned);
            var outputs = _bench.Ticks(12 * Second);
            Assert.Empty(Said(outputs, RecordKind.Renewal));
            Assert.NotEmpty(Said(outputs, RecordKind.Node));
            Assert.Equal(2, Said(outputs, RecordKind.Holding).DistinctBy(r => r.Key).Count());
        }
        // When it is silent again all comes back to order.
        _bench.Ticks(45 * Second);
        AssertLists(Current(RecordKind.Renewal), Standing());
        Assert.Equal(3, Standing().Count);
    }

    [Fact]
    public void Renewal_OfThisKeyThatCameBackNewer_IsOvertaken()
    {
        _bench.Ticks(15 * Second);
        var newer = (ulong)_bench.Now.UnixMs + 4_000;
        var foreign = TestRecords.Of(
            TestRecords.Alice, RecordKind.Renewal, [], Renewals.Write([]), 30_000, newer, _bench.Now.UnixMs - 20_000);
        _bench.Frame(_bench.Greeted(20), CoreBench.Push(foreign));
        _bench.Ticks(60 * Second);
        var renewal = Current(RecordKind.Renewal);
        Assert.True(renewal.Seq > newer);
        AssertLists(renewal, Standing());
        Assert.Equal(3, Standing().Count);
    }

    [Theory]
    [InlineData(60)]
    [InlineData(-4)]
    public void Renewal_WhenTheWallClockIsSet_IsWrittenAgainAtOnce(int seconds)
    {
        _bench.Ticks(15 * Second);
        _bench.SetClock(_bench.Now.UnixMs + seconds * (long)Second);
        var renewals = Said(_bench.Ticks(1 * Second), RecordKind.Renewal);
        Assert.NotEmpty(renewals);
        _bench.Ticks(60 * Second);
        AssertLists(Current(RecordKind.Renewal), Standing());
        Assert.Equal(3, Standing().Count);
    }

    /// <summary>Peers never had the words of the time to come: a frame may bring the last that they had.</summary>
    [Fact]
    public void Words_OfATimeToCome_GiveWayToNewOnesBeforeAPeerBringsOlderOnesBack()
    {
        _bench.Ticks(15 * Second);
        List<Record> older = [Current(RecordKind.Renewal), .. Standing()];
        var session = _bench.Greeted(20);
        _bench.SetClock(_bench.Now.UnixMs + 86_400 * (long)Second);
        _bench.Ticks(4 * Second);
        Assert.All(older, o => Assert.NotEqual(o.Id, _bench.Core.Records.Single(r => r.Key == o.Key).Id));
        _bench.SetClock(_bench.Now.UnixMs - 86_400 * (long)Second);
        foreach (var old in older)
        {
            _bench.Frame(session, CoreBench.Push(old));
            var current = _bench.Core.Records.Single(r => r.Key == old.Key);
            Assert.True(current.Seq > old.Seq);
            Assert.InRange(current.IssuedMs, old.IssuedMs, _bench.Now.UnixMs);
        }
        _bench.Ticks(20 * Second);
        AssertLists(Current(RecordKind.Renewal), Standing());
        Assert.Equal(3, Standing().Count);
    }

    [Fact]
    public void Renewals_OfMoreThanOneRecordHolds_TakeSeveralPages()
    {
        for (var model = 3; model < 1_500; model++) Hold(model, 0);
        _bench.Ticks((int)_renewMs + 2 * Second);
        var pages = _bench.Core.Records.Where(r => r.Kind == RecordKind.Renewal).ToList();
        Assert.Equal(2, pages.Count);
        Assert.Equal(
            Standing().Select(r => r.Id.Prefix).Order(),
            pages.SelectMany(p => Renewals.Listed(p).ToArray()).Order());
        Assert.Equal(1_500, Standing().Count);
    }

    [Fact]
    public void Renewals_ThatAnEarlierRunNeededMoreOf_AreEmptied()
    {
        var now = _bench.Now.UnixMs;
        var page = TestRecords.Of(
            TestRecords.Alice, RecordKind.Renewal, Renewals.Subject(3).ToArray(), Renewals.Write([5]), 30_000,
            (ulong)now - 10, now - 10);
        _bench.Handle(new CoreInput.Restored([page.Bytes]));
        _bench.Ticks((int)_renewMs + 1 * Second);
        var last = _bench.Core.Records.Single(r => r.Key == Renewals.Key(TestRecords.Alice.Id, 3));
        Assert.True(Renewals.Listed(last).IsEmpty);
    }
}
