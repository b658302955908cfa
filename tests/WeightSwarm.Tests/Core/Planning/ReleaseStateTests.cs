using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Gossip;
using WeightSwarm.Tests.Core.Records;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>The release path in a whole core; the test plays the other holders. Two copies are wanted, pace
/// drill.</summary>
public sealed class ReleaseStateTests
{
    private static readonly Pace _pace = Pace.Drill;

    private readonly CoreBench _bench = new();
    private readonly Entry _entry = TestRecords.EntryValue("org/model");
    private readonly Dictionary<int, SessionId> _peers = [];

    private Hash256 Model => _entry.ModelId;

    /// <summary>This node holds all four slices, and so do the given peers.</summary>
    private void Begin(params int[] peers)
    {
        _bench.Handle(new CoreInput.Publish(TestRecords.Entry(TestRecords.Founder, "org/model")));
        _bench.Handle(new CoreInput.SlicesHeld(Model, SliceSet.All(4), InPlace: false));
        foreach (var peer in peers)
        {
            _peers[peer] = _bench.Linked(peer);
            Say(peer, RecordKind.Node, [], new V1.Node
            {
                FreeBytes = 1,
                Endpoints =
                {
                    new V1.Endpoint
                    {
                        Ip = Google.Protobuf.ByteString.CopyFrom(10, 0, (byte)peer, 1),
                        GossipPort = 7000,
                    },
                },
            });
            Say(peer, RecordKind.Holding, Model.ToArray(), new V1.Holding
            {
                Verified = Google.Protobuf.ByteString.CopyFrom(SliceSet.All(4).ToBitmap()),
            });
        }
        Pass(_pace.StartupQuietMs + 200);
    }

    private void Say(int peer, RecordKind kind, byte[] subject, Google.Protobuf.IMessage body) =>
        _bench.Frame(_peers[peer], CoreBench.Push(EnvelopeCodec.Write(
            new SimKey(7, peer), TestRecords.Network, kind, subject, body, (ulong)_bench.Now.UnixMs, _bench.Now.UnixMs,
            30_000)));

    /// <summary>Time passes, with the peers answering every ping.</summary>
    private List<CoreOutput> Pass(long ms)
    {
        List<CoreOutput> all = [];
        for (var passed = 0L; passed < ms; passed += 100)
        {
            var outputs = _bench.Ticks(100);
            all.AddRange(outputs);
            foreach (var send in outputs.OfType<CoreOutput.Send>().Where(s => s.Frame.Ping is not null))
                all.AddRange(_bench.Frame(send.Session, new V1.Frame
                {
                    Pong = new V1.Pong { Nonce = send.Frame.Ping.Nonce, UnixMs = (ulong)_bench.Now.UnixMs },
                }));
        }
        return all;
    }

    private void Demand(long bytes = long.MaxValue, long? deadlineUnixMs = null) =>
        _bench.Handle(new CoreInput.ReleaseDemanded([new ReleaseDemand(
            "/donation", ReleaseReason.Drain, bytes, deadlineUnixMs,
            ImmutableSortedDictionary<Hash256, SliceSet>.Empty.Add(Model, SliceSet.All(4)))]));

    private List<CoreOutput> Answer(IEnumerable<CoreOutput> outputs, ReceiptOutcome outcome) =>
        [.. outputs.OfType<CoreOutput.AskReceipt>().SelectMany(ask => _bench.Handle(new CoreInput.ReceiptArrived(
            ask.Holder, ask.Model, ask.Slice, ask.Nonce, outcome, 0)))];

    private static List<Record> Kept(IEnumerable<CoreOutput> outputs, RecordKind kind) =>
        [.. outputs.OfType<CoreOutput.Persist>().Select(p => p.Record)
            .Where(r => r.Kind == kind && r.Author == TestRecords.Alice.Id)];

    [Fact]
    public void Drain_OthersProveTheirCopies_HoldingGoesOutBeforeTheDataMoves()
    {
        Begin(2, 3);
        Demand();
        var outputs = Pass(_pace.ReleaseStepMs + _pace.PlanMs + _pace.ReleaseWaitMs + 500);
        Assert.Equal(4, Kept(outputs, RecordKind.ReleaseIntent).Count);
        Assert.Equal(8, outputs.OfType<CoreOutput.AskReceipt>().Count());
        Assert.Equal(8, outputs.OfType<CoreOutput.AskReceipt>().Select(a => a.Nonce).Distinct().Count());

        var after = Answer(outputs, ReceiptOutcome.Proven);
        Assert.Equal([0, 1, 2, 3], after.OfType<CoreOutput.MoveToTrash>().Select(m => m.Slice).Order());
        Assert.All(after.OfType<CoreOutput.MoveToTrash>(), m => Assert.Equal((2, false), (m.CopiesLeft, m.Unproven)));
        foreach (var move in after.OfType<CoreOutput.MoveToTrash>())
        {
            var said = after.Take(after.IndexOf(move)).OfType<CoreOutput.Persist>()
                .Last(p => p.Record.Kind == RecordKind.Holding);
            var body = RecordBodies.Holding(said.Record);
            Assert.False(SliceSet.FromBitmap(body.Verified.Span, 4).Contains(move.Slice));
            Assert.True(SliceSet.FromBitmap(body.Trash.Span, 4).Contains(move.Slice));
        }
        Assert.Empty(_bench.Core.Held);
        Assert.Equal(4, _bench.Core.Trashed[Model].Count);
        Assert.Empty(_bench.Core.Releases);
    }

    [Fact]
    public void Drain_NobodyProves_WithdrawsAndKeepsEverything()
    {
        Begin(2, 3);
        Demand();
        var outputs = Pass(_pace.ReleaseStepMs + _pace.PlanMs + _pace.ReleaseWaitMs + 500);
        var after = Answer(outputs, ReceiptOutcome.Failed);
        Assert.Empty(after.OfType<CoreOutput.MoveToTrash>());
        Assert.Equal(4, Kept(after, RecordKind.ReleaseIntent).Count(r => RecordBodies.ReleaseIntent(r).Cancelled));
        Assert.All(_bench.Core.Releases, r => Assert.Equal(ReleasePhase.BackingOff, r.Phase));
        Assert.Equal(4, _bench.Core.Held[Model].Count);
    }

    [Fact]
    public void Drain_ReceiptForAnotherNonce_IsIgnored()
    {
        Begin(2, 3);
        Demand();
        var outputs = Pass(_pace.ReleaseStepMs + _pace.PlanMs + _pace.ReleaseWaitMs + 500);
        foreach (var ask in outputs.OfType<CoreOutput.AskReceipt>())
            Assert.Empty(_bench.Handle(new CoreInput.ReceiptArrived(
                ask.Holder, ask.Model, ask.Slice, new Nonce(ask.Nonce.Value + 1), ReceiptOutcome.Proven, 0)));
        Assert.Equal(4, _bench.Core.Held[Model].Count);
    }

    [Fact]
    public void Drain_TooFewCopiesElsewhere_SaysSoAndAsksTheOthersForMore()
    {
        Begin(2);
        Demand();
        var outputs = Pass(2_000);
        Assert.Empty(Kept(outputs, RecordKind.ReleaseIntent));
        var holding = RecordBodies.Holding(Kept(outputs, RecordKind.Holding)[^1]);
        Assert.Equal(SliceSet.All(4), SliceSet.FromBitmap(holding.Releasing.Span, 4));
        Assert.All(_bench.Core.Releases, r => Assert.Equal("waits for copies elsewhere: 1 of 2 seen", r.Words));
    }

    [Fact]
    public void Demand_ForFewBytes_TakesAsFewSlicesAsThatAndStaysWithThem()
    {
        Begin(2);
        Demand(bytes: _entry.SliceBytes(0) + 1);
        Pass(1_500);
        var chosen = _bench.Core.Releases.Select(r => r.Slice).ToList();
        Assert.Equal(2, chosen.Count);
        Pass(3_000);
        Assert.Equal(chosen, _bench.Core.Releases.Select(r => r.Slice));
        _bench.Handle(new CoreInput.ReleaseDemanded([]));
        Pass(1_500);
        Assert.Empty(_bench.Core.Releases);
    }

    [Fact]
    public void Deadline_Passed_GoesWithoutReceiptsAndSaysWhatItCosts()
    {
        Begin(2);
        Demand(deadlineUnixMs: _bench.Now.UnixMs + 4_000);
        Assert.Empty(Pass(3_500).OfType<CoreOutput.MoveToTrash>());
        var outputs = Pass(2_000);
        Assert.Equal(4, outputs.OfType<CoreOutput.MoveToTrash>().Count(m => m.Unproven && m.CopiesLeft == 1));
        var intents = Kept(outputs, RecordKind.ReleaseIntent).Select(RecordBodies.ReleaseIntent).ToList();
        Assert.All(intents, i => Assert.Equal((true, 1u, "drain"), (i.Unproven, i.CopiesLeft, i.Reason)));
        Assert.Equal(4, intents.Count);
    }

    [Fact]
    public void Deadline_ClockWasSet_HasNotPassed()
    {
        Begin(2);
        Demand(deadlineUnixMs: _bench.Now.UnixMs + 3_600_000);
        Pass(1_500);
        _bench.SetClock(_bench.Now.UnixMs + 10 * 3_600_000);
        Assert.Empty(Pass(2_000).OfType<CoreOutput.MoveToTrash>());
        Assert.NotNull(_bench.Core.WhyClockSuspect);
    }

    [Fact]
    public void Restart_IntentOfAnEarlierRun_IsTakenBack()
    {
        var intent = EnvelopeCodec.Write(
            TestRecords.Alice, TestRecords.Network, RecordKind.ReleaseIntent, RecordBodies.SliceSubject(Model, 2),
            new V1.ReleaseIntent { TicketMs = 5 }, 1, _bench.Now.UnixMs, 20_000);
        _bench.Handle(new CoreInput.Restored([intent.Bytes]));
        Begin(2, 3);
        Assert.DoesNotContain(_bench.Core.Records, r =>
            r.Kind == RecordKind.ReleaseIntent && !RecordBodies.ReleaseIntent(r).Cancelled);
    }

    [Fact]
    public void InPlace_OwnersFiles_AreNeverReleased()
    {
        Begin(2, 3);
        _bench.Handle(new CoreInput.SlicesHeld(Model, SliceSet.All(4), InPlace: true));
        Demand(deadlineUnixMs: _bench.Now.UnixMs);
        Assert.Empty(Pass(8_000).OfType<CoreOutput.MoveToTrash>());
    }

    [Fact]
    public void Trim_MoreThanTheMarginForLongEnough_ReleasesOnlyWithItsOwnTurn()
    {
        Begin(2, 3, 4, 5);
        var outputs = Pass(_pace.EntrySettleMs + _pace.SurplusMs + 8_000);
        var intents = Kept(outputs, RecordKind.ReleaseIntent).Where(r => !RecordBodies.ReleaseIntent(r).Cancelled);
        Assert.Equal([0, 1, 2, 3], intents.Select(RecordBodies.SliceOf).Distinct().Order());
        Assert.Empty(outputs.OfType<CoreOutput.MoveToTrash>());
        // The others do not prove: it keeps everything.
        Assert.Equal(4, _bench.Core.Held[Model].Count);
    }

    [Fact]
    public void Trim_AtTheMargin_WantsNothing()
    {
        Begin(2, 3, 4);
        Pass(_pace.EntrySettleMs + _pace.SurplusMs + 8_000);
        Assert.Empty(_bench.Core.Releases);
    }
}
