using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Gossip;
using static WeightSwarm.Tests.Core.Records.TestRecords;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Records;

/// <summary>
/// Somebody kept every record of ninety days and sends them all again: none is accepted, dead by time or by number.
/// </summary>
public sealed class ReplayTests
{
    private const int Days = 90, Authors = 12, PerDay = 4;
    private const ulong Seed = 20_270_601;

    private static readonly Hash256 _model = Hash256.Of("model"u8);

    private readonly RecordSet _records = new(Network, Alice);
    private readonly List<Record> _kept = [];
    private Instant _now = Now;

    public ReplayTests()
    {
        Say(Founder, RecordKind.Charter, [], RecordBodies.Charter("x", Policy.Default), 400 * Day);
        for (var step = 0; step < Days * PerDay; step++)
        {
            _records.Expire(_now);
            for (var author = 1; author <= Authors; author++) SpeakOf(new SimKey(7, author), step, author);
            for (var author = 1; author <= Authors; author++) RenewOf(new SimKey(7, Authors + author), step, author);
            if (step % 40 == 0)
                Say(Founder, RecordKind.Entry, _model.ToArray(), RecordBodies.Entry(EntryValue("a/b")), 400 * Day);
            _now = _now.Plus(Day / PerDay);
        }
        _records.Expire(_now);
    }

    [Fact]
    public void Offer_OfNinetyDaysOfRecords_AcceptsNoneInAnyOrder()
    {
        Assert.True(_kept.Count > 8_000, $"{_kept.Count} records");
        var before = _records.Records.Select(r => r.Id).ToList();
        Assert.NotEmpty(before);
        foreach (var replay in Orders()) AssertNoneAccepted(_records, replay, _now);
        Assert.Equal(before, _records.Records.Select(r => r.Id));
        Assert.Empty(_records.Equivocators);
    }

    [Fact]
    public void Offer_DayAfterDayOfTheReplay_AcceptsNoneThoughLeasesEnd()
    {
        for (var day = 0; day < 5; day++)
        {
            _records.Expire(_now);
            AssertNoneAccepted(_records, _kept, _now);
            _now = _now.Plus(Day);
        }
    }

    [Fact]
    public void Offer_ToANodeThatKnowsOnlyWhatLivesNow_AcceptsNone()
    {
        var fresh = new RecordSet(Network, Alice);
        foreach (var live in _records.Records.OrderBy(r => r.Kind != RecordKind.Charter)
            .ThenBy(r => r.Kind != RecordKind.Renewal).ToList())
            Assert.Equal(Acceptance.Accepted, fresh.Offer(live, _now));
        foreach (var replay in Orders()) AssertNoneAccepted(fresh, replay, _now);
    }

    [Fact]
    public void Arrived_OfTheReplayFromAPeer_KeepsNothingAndBansTheFlood()
    {
        var bench = new CoreBench(drill: false);
        bench.SetClock(_now.UnixMs);
        bench.Handle(new CoreInput.Restored([.. _records.Records.Select(r => r.Bytes)]));
        var session = bench.Linked(200);
        List<CoreOutput> outputs = [];
        foreach (var some in _kept.Chunk(100)) outputs.AddRange(bench.Frame(session, CoreBench.Push(some)));
        Assert.Empty(outputs.OfType<CoreOutput.Persist>());
        Assert.Single(outputs.OfType<CoreOutput.Ban>());
        Assert.Equal(_records.Count, bench.Core.Records.Count());
    }

    private void SpeakOf(SimKey key, int step, int author)
    {
        Say(key, RecordKind.Node, [], new V1.Node { FreeBytes = (ulong)step }, 72 * Hour);
        Say(key, RecordKind.Holding, _model.ToArray(), new V1.Holding { LastScrubDay = (uint)step }, 72 * Hour);
        // Now and then, and with a lease of its own.
        if ((step + author) % 3 == 0)
            Say(key, RecordKind.Claim, SliceOf(step % 5), new V1.Claim(), (1 + author) * Hour);
        if ((step + author) % 7 == 0)
            Say(key, RecordKind.Observation, Bob.Id.Hash.ToArray(), new V1.Observation { Down = true }, 24 * Hour);
    }

    /// <summary>Says something new now and then, and in between renews: all but what it gave up a while ago.</summary>
    private void RenewOf(SimKey key, int step, int author)
    {
        if ((step + author) % 31 == 0)
            Say(key, RecordKind.Node, [], new V1.Node { FreeBytes = (ulong)step }, 72 * Hour);
        for (var model = 0; model < 4; model++)
            if ((step + author) % (11 + 7 * model) == 0)
                Say(key, RecordKind.Holding, Hash256.Of([(byte)model]).ToArray(),
                    new V1.Holding { LastScrubDay = (uint)step }, 72 * Hour);
        if ((step + author) % PerDay != 0) return;
        var standing = _records.Records.Where(r => r.Author == key.Id && Renewals.MayRenew(r.Kind))
            .Select(r => r.Id.Prefix).Where(id => (id ^ (ulong)step / 40) % 5 > 0);
        Say(key, RecordKind.Renewal, [], Renewals.Write(standing), 72 * Hour);
    }

    private static byte[] SliceOf(int slice) => RecordBodies.SliceSubject(_model, slice);

    private void Say(SimKey key, RecordKind kind, byte[] subject, IMessage body, long ttlMs)
    {
        var record = EnvelopeCodec.Write(key, Network, kind, subject, body, (ulong)_now.UnixMs, _now.UnixMs, ttlMs);
        Assert.Equal(Acceptance.Accepted, _records.Offer(record, _now));
        _kept.Add(record);
    }

    private IEnumerable<IReadOnlyList<Record>> Orders()
    {
        var random = new SplitMix64(Seed);
        yield return _kept;
        yield return [.. Enumerable.Reverse(_kept)];
        yield return [.. _kept.OrderBy(_ => random.Next())];
    }

    private static void AssertNoneAccepted(RecordSet records, IReadOnlyList<Record> replay, Instant now)
    {
        SortedDictionary<Acceptance, int> verdicts = [];
        foreach (var record in replay)
        {
            var verdict = records.Offer(record.Bytes, now, out _);
            verdicts[verdict] = verdicts.GetValueOrDefault(verdict) + 1;
        }
        Assert.All(verdicts.Keys, verdict =>
            Assert.True(verdict is Acceptance.Duplicate or Acceptance.Stale or Acceptance.Expired, $"{verdict}"));
    }
}
