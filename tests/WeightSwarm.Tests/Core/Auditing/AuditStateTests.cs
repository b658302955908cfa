using System.Collections.Immutable;
using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Gossip;
using WeightSwarm.Tests.Core.Records;

namespace WeightSwarm.Tests.Core.Auditing;

/// <summary>
/// Audits in a whole core, pace drill; the test plays the holder, peer 2, and the driver. Only two nodes are there, so
/// that this one is the first auditor of every copy of the other.
/// </summary>
public sealed class AuditStateTests
{
    private const int Peer = 2;
    private static readonly Pace _pace = Pace.Drill;

    private readonly CoreBench _bench = new();
    private readonly Entry _entry = TestRecords.EntryValue("org/model");
    private readonly SessionId _session;
    private long _started = 1;
    private ulong _seq;
    private int[] _claimed = [];

    public AuditStateTests()
    {
        _bench.Handle(new CoreInput.Described(new SelfDescription(
            [(new System.Net.IPAddress([10, 0, 1, 1]), 7000, 7001)], "", "", false, "1", 1)));
        _bench.Handle(new CoreInput.Publish(TestRecords.Entry(TestRecords.Founder, "org/model")));
        _session = _bench.Linked(Peer);
        SayNode();
        Pass(_pace.StartupQuietMs + 2 * _pace.PlanMs);
    }

    private static NodeId Holder => new SimKey(7, Peer).Id;

    private CopyKey Copy(int slice) => new(Holder, _entry.ModelId, slice);

    private void Say(RecordKind kind, byte[] subject, IMessage body) =>
        _bench.Frame(_session, CoreBench.Push(EnvelopeCodec.Write(
            new SimKey(7, Peer), TestRecords.Network, kind, subject, body,
            _seq = Math.Max(_seq + 1, (ulong)_bench.Now.UnixMs), _bench.Now.UnixMs, 30_000)));

    private void SayNode() => Say(RecordKind.Node, [], new V1.Node
    {
        FreeBytes = 1,
        StartedMs = (ulong)_started,
        Endpoints = { new V1.Endpoint { Ip = ByteString.CopyFrom(10, 0, Peer, 1), GossipPort = 7000 } },
    });

    private void Claim(params int[] slices) => Say(RecordKind.Holding, _entry.ModelId.ToArray(), new V1.Holding
    {
        Verified = ByteString.CopyFrom(SliceSet.Of(_claimed = slices).ToBitmap()),
    });

    private void Renew()
    {
        SayNode();
        if (_claimed.Length > 0) Claim(_claimed);
    }

    /// <summary>Time passes, the peer answering every ping, renewing its lease, and every challenge thus.</summary>
    private List<CoreOutput> Pass(long ms, Func<CoreOutput.AskAudit, ReceiptOutcome?>? answer = null)
    {
        List<CoreOutput> all = [];
        for (var passed = 0L; passed < ms; passed += 100)
        {
            if (passed % 5_000 == 0) Renew();
            var outputs = _bench.Ticks(100);
            all.AddRange(outputs);
            foreach (var ping in outputs.OfType<CoreOutput.Send>().Where(s => s.Frame.Ping is not null))
                _bench.Frame(ping.Session, new V1.Frame
                {
                    Pong = new V1.Pong { Nonce = ping.Frame.Ping.Nonce, UnixMs = (ulong)_bench.Now.UnixMs },
                });
            foreach (var ask in outputs.OfType<CoreOutput.AskAudit>())
                if (answer?.Invoke(ask) is { } outcome)
                    all.AddRange(_bench.Handle(new CoreInput.AuditEnded(ask.Copy, ask.Nonce, outcome, "other bytes")));
        }
        return all;
    }

    private static List<CoreOutput.AskAudit> Asked(IEnumerable<CoreOutput> outputs) =>
        [.. outputs.OfType<CoreOutput.AskAudit>()];

    [Fact]
    public void FirstHolding_IsAuditedAtOnceWithManyLeaves_ThenOnceInAPeriodWithOne()
    {
        Claim(0);
        var first = Asked(Pass(2 * _pace.PlanMs, _ => ReceiptOutcome.Proven));
        Assert.Equal((Copy(0), LeafDraw.Most), Assert.Single(first.Select(a => (a.Copy, a.Leaves))));
        var later = Asked(Pass(6 * _pace.AuditMs, _ => ReceiptOutcome.Proven));
        Assert.All(later, a => Assert.Equal((Copy(0), 1), (a.Copy, a.Leaves)));
        Assert.InRange(later.Count, 5, 7);
        Assert.Equal(later.Count, later.Select(a => a.Nonce).Distinct().Count());
    }

    [Fact]
    public void Deadline_OfAChallenge_GrowsWithItsBytes()
    {
        Claim(0);
        var ask = Asked(Pass(2 * _pace.PlanMs))[0];
        // Eight leaves of 17,200 bytes at 50 kB/s.
        Assert.Equal(_pace.AuditPatienceMs + 2_752, ask.WithinMs);
    }

    [Fact]
    public void WrongBytes_TakeTheCopyOutOfTheCount_AndHaveAllOthersOfTheHolderAudited()
    {
        Claim(0, 1, 2);
        Pass(2 * _pace.PlanMs, _ => ReceiptOutcome.Proven);
        var outputs = Pass(_pace.AuditMs, a => a.Copy.Slice == 1 ? ReceiptOutcome.Failed : ReceiptOutcome.Proven);
        Assert.Equal([Copy(1)], _bench.Core.Audits.Failed.Keys);
        Assert.True(_bench.Core.View!.FailedAudits.ContainsKey(Copy(1)));
        var bursts = Asked(outputs).Where(a => a.Leaves == LeafDraw.Most).ToList();
        Assert.Equal(2, bursts.Count(a => a.Copy == Copy(0)));
        Assert.Equal(2, bursts.Count(a => a.Copy == Copy(2)));
        Assert.Contains(outputs, o => o is CoreOutput.AuditsKept { Audits.HasCredit: false } k && k.Copy == Copy(1));
    }

    [Fact]
    public void CopyThatFailed_ShowsALeafAndThenSixteen_CountsAgain()
    {
        Claim(0);
        Pass(2 * _pace.PlanMs, _ => ReceiptOutcome.Failed);
        Assert.Single(_bench.Core.Audits.Failed);
        var retried = Asked(Pass(3 * _pace.AuditMs, _ => ReceiptOutcome.Proven));
        Assert.Equal([1, 8, 8], retried.Take(3).Select(a => a.Leaves));
        Assert.Empty(_bench.Core.Audits.Failed);
        Assert.Empty(_bench.Core.View!.FailedAudits);
    }

    [Fact]
    public void CopyThatGoesOnFailing_IsTriedMoreAndMoreRarely()
    {
        Claim(0);
        var tries = Asked(Pass(32 * _pace.AuditMs, _ => ReceiptOutcome.Failed));
        // At once, then after 1, 2, 4, 8 and 16 periods, and a little.
        Assert.InRange(tries.Count, 5, 6);
        Assert.All(tries.Skip(1), a => Assert.Equal(1, a.Leaves));
    }

    [Theory]
    [InlineData(ReceiptOutcome.Offline)]
    [InlineData(ReceiptOutcome.Unknown)]
    public void Silence_IsAskedForAgainAFewTimes_AndTakesNothing(ReceiptOutcome outcome)
    {
        Claim(0);
        var asked = Asked(Pass(4 * _pace.AuditMs, _ => outcome));
        Assert.InRange(asked.Count, 6, 5 * 3);
        Assert.Empty(_bench.Core.Audits.Failed);
    }

    [Fact]
    public void Denial_OfWhatIsClaimed_FailsOnlyTheSecondTime()
    {
        Claim(0);
        Pass(_pace.AuditConfirmMs / 2, _ => ReceiptOutcome.NotHeld);
        Assert.Empty(_bench.Core.Audits.Failed);
        Pass(2 * _pace.AuditConfirmMs, _ => ReceiptOutcome.NotHeld);
        Assert.Single(_bench.Core.Audits.Failed);
    }

    [Fact]
    public void Denial_OfWhatIsTakenBack_IsNoFailure()
    {
        Claim(0);
        Pass(_pace.AuditConfirmMs / 2, _ => ReceiptOutcome.NotHeld);
        Claim(1);
        Pass(3 * _pace.AuditConfirmMs, a => a.Copy.Slice == 0 ? ReceiptOutcome.NotHeld : ReceiptOutcome.Proven);
        Assert.Empty(_bench.Core.Audits.Failed);
    }

    [Fact]
    public void Restart_OfTheHolder_BringsFourLeavesButNotSoonAgain()
    {
        Claim(0);
        Pass(2 * _pace.PlanMs, _ => ReceiptOutcome.Proven);
        _started = 2;
        var first = Asked(Pass(2 * _pace.AuditMs, _ => ReceiptOutcome.Proven));
        Assert.Single(first, a => a.Leaves == 4);
        _started = 3;
        var second = Asked(Pass(2 * _pace.AuditMs, _ => ReceiptOutcome.Proven));
        Assert.DoesNotContain(second, a => a.Leaves == 4);
    }

    [Fact]
    public void Report_ComesSoonAfterTheFirstPass_AndFourTimesInAPeriodAtMost()
    {
        Claim(0, 1, 2, 3);
        Assert.Single(Reports(Pass(2 * _pace.PlanMs, _ => ReceiptOutcome.Proven)));
        Assert.InRange(Reports(Pass(4 * _pace.AuditMs, _ => ReceiptOutcome.Proven)).Count, 4, 16);

        static List<WeightSwarm.Core.Records.Record> Reports(IEnumerable<CoreOutput> outputs) =>
            [.. outputs.OfType<CoreOutput.Persist>().Select(p => p.Record).Where(
                r => r.Kind == RecordKind.AuditReport && r.Author == TestRecords.Alice.Id)];
    }

    [Fact]
    public void Remembered_OfAnEarlierRun_KeepsAFailedCopyFailed()
    {
        Claim(0);
        _bench.Handle(new CoreInput.AuditsRemembered([KeyValuePair.Create(
            Copy(0), CopyAudits.None with { FailedMs = _bench.Now.UnixMs, Fails = 1 })]));
        Assert.True(_bench.Core.View!.FailedAudits.ContainsKey(Copy(0)));
    }

    [Fact]
    public void Ended_WithAnotherNonce_IsIgnored()
    {
        Claim(0);
        var ask = Asked(Pass(2 * _pace.PlanMs))[0];
        _bench.Handle(new CoreInput.AuditEnded(ask.Copy, new Nonce(5), ReceiptOutcome.Failed, "x"));
        Assert.Empty(_bench.Core.Audits.Failed);
        _bench.Handle(new CoreInput.AuditEnded(ask.Copy, ask.Nonce, ReceiptOutcome.Failed, "x"));
        Assert.Single(_bench.Core.Audits.Failed);
    }
}
