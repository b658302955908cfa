using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

public sealed class ReleaseRuleTests
{
    private static readonly Pace _pace = Pace.Real;
    private static readonly Instant _start = new(1_000_000, 1_800_000_000_000);

    private readonly ReleaseRule _rule = new(Swarm.Id(1), _pace, new SplitMix64(7));

    private static Release Wanted(ReleaseReason reason = ReleaseReason.Drain, long dueMs = 0) =>
        new() { Model = default, Slice = 0, Reason = reason, DueMs = dueMs };

    private static ReleaseFacts Facts(int holders, params ReleaseTicket[] intents) => new()
    {
        Target = 3,
        Holders = [.. Enumerable.Range(2, holders).Select(n => new ReleaseHolder(Swarm.Id(n), [], Counts: true))],
        Intents = [.. intents.Select(t => new SliceIntent(0, t))],
        Neighbours = 6,
    };

    private static ReleaseTicket Ticket(int node, long afterMs) => new(_start.UnixMs + afterMs, Swarm.Id(node));

    private Release Announced(ReleaseFacts facts, ReleaseReason reason = ReleaseReason.Drain)
    {
        var (release, act) = _rule.Next(Wanted(reason), facts, _start);
        Assert.Equal(ReleaseAct.Announce, act);
        return release;
    }

    private Release Collecting(ReleaseFacts facts, ReleaseReason reason = ReleaseReason.Drain)
    {
        var (release, act) = _rule.Next(Announced(facts, reason), facts, _start.Plus(_pace.ReleaseWaitMs));
        Assert.Equal(ReleaseAct.Ask, act);
        return release;
    }

    private static Release Proven(Release release, params int[] nodes) => nodes.Aggregate(release, (r, node) =>
        ReleaseRule.Receive(r, Swarm.Id(node), ReceiptOutcome.Proven, ticketMs: 0));

    private ReleaseStep Decide(Release release, ReleaseFacts facts, long afterMs = 1) =>
        _rule.Next(release, facts, _start.Plus(_pace.ReleaseWaitMs + afterMs));

    [Fact]
    public void Waiting_TooFewCopiesElsewhere_Waits()
    {
        var (release, act) = _rule.Next(Wanted(), Facts(2), _start);
        Assert.Equal((ReleaseAct.None, ReleasePhase.Waiting), (act, release.Phase));
        Assert.Equal("waits for copies elsewhere: 2 of 3 seen", release.Words);
    }

    [Theory]
    [InlineData(ReleaseReason.Trim, 5)]
    [InlineData(ReleaseReason.Drain, 3)]
    [InlineData(ReleaseReason.Shrink, 3)]
    [InlineData(ReleaseReason.LowSpace, 3)]
    public void Waiting_EnoughCopiesElsewhere_Announces(ReleaseReason reason, int needed)
    {
        Assert.Equal(ReleaseAct.None, _rule.Next(Wanted(reason), Facts(needed - 1), _start).Act);
        var release = Announced(Facts(needed), reason);
        Assert.Equal(new ReleaseTicket(_start.UnixMs, Swarm.Id(1)), release.Ticket);
        Assert.Equal(_start.MonotonicMs + _pace.ReleaseWaitMs, release.DueMs);
    }

    [Fact]
    public void Waiting_BeforeItsTurn_Waits() => Assert.Equal(
        "waits for its turn", _rule.Next(Wanted(dueMs: _start.MonotonicMs + 1), Facts(3), _start).Release.Words);

    [Fact]
    public void Waiting_CopiesThatAreBeingReleased_DoNotCount() => Assert.Equal(
        ReleaseAct.None, _rule.Next(Wanted(), Facts(3, Ticket(2, 900)), _start).Act);

    [Fact]
    public void Waiting_OthersOfItsOwnAreOut_Waits() => Assert.Equal(
        ReleaseAct.None, _rule.Next(Wanted(), Facts(3) with { MayAnnounce = false }, _start).Act);

    [Fact]
    public void Waiting_ForbiddenOrCutOff_Waits()
    {
        var (release, act) = _rule.Next(Wanted(), Facts(3) with { Forbidden = "the breaker is open" }, _start);
        Assert.Equal((ReleaseAct.None, "the breaker is open"), (act, release.Words));
        Assert.Equal(ReleaseAct.None, _rule.Next(Wanted(), Facts(3) with { MonitorsCut = true }, _start).Act);
    }

    [Fact]
    public void Waiting_NoLongerWanted_IsDropped() => Assert.Equal(
        ReleaseAct.Drop, _rule.Next(Wanted(), Facts(3) with { Wanted = false }, _start).Act);

    [Fact]
    public void Announced_BeforeTheWaitIsOver_Waits()
    {
        var release = Announced(Facts(3));
        Assert.Equal(ReleaseAct.None, _rule.Next(release, Facts(3), _start.Plus(_pace.ReleaseWaitMs - 1)).Act);
    }

    [Fact]
    public void Announced_WaitIsOver_AsksEveryCountingHolder()
    {
        var facts = Facts(5);
        facts = facts with { Holders = facts.Holders.SetItem(0, facts.Holders[0] with { Counts = false }) };
        Assert.Equal([3, 4, 5, 6], Collecting(facts).Asked.Select(NumberOf));
    }

    [Theory]
    [InlineData("forbidden")]
    [InlineData("monitors")]
    [InlineData("neighbours")]
    [InlineData("unwanted")]
    public void Announced_GroundGone_WithdrawsAndBacksOff(string what)
    {
        var release = Announced(Facts(3));
        var facts = what switch
        {
            "forbidden" => Facts(3) with { Forbidden = "the breaker is open" },
            "monitors" => Facts(3) with { MonitorsCut = true },
            "neighbours" => Facts(3) with { Neighbours = 2 },
            _ => Facts(3) with { Wanted = false },
        };
        var now = _start.Plus(1000);
        var (next, act) = _rule.Next(release, facts, now);
        Assert.Equal((ReleaseAct.Withdraw, ReleasePhase.BackingOff), (act, next.Phase));
        Assert.InRange(next.DueMs - now.MonotonicMs, _pace.ReleaseBackoffMs, 2 * _pace.ReleaseBackoffMs - 1);
    }

    [Fact]
    public void Announced_HalfOfTheNeighboursLeft_GoesOn() => Assert.Equal(ReleaseAct.None,
        _rule.Next(Announced(Facts(3)), Facts(3) with { Neighbours = 3 }, _start.Plus(1000)).Act);

    [Fact]
    public void Announced_MachineSlept_Withdraws()
    {
        // The monotonic clock stands still while a machine sleeps; the wall clock does not.
        var woken = new Instant(_start.MonotonicMs + 60_000, _start.UnixMs + 12 * 3_600_000);
        Assert.Equal(ReleaseAct.Withdraw, _rule.Next(Announced(Facts(3)), Facts(3), woken).Act);
        var setBack = new Instant(_start.MonotonicMs + 60_000, _start.UnixMs - 3_600_000);
        Assert.Equal(ReleaseAct.Withdraw, _rule.Next(Announced(Facts(3)), Facts(3), setBack).Act);
    }

    [Fact]
    public void Announced_EveryOtherHolderHasASmallerTicket_WithdrawsUnasked()
    {
        var facts = Facts(3, Ticket(2, -1), Ticket(3, -2), Ticket(4, -3));
        var (release, act) = _rule.Next(Announced(Facts(3)), facts, _start.Plus(_pace.ReleaseWaitMs));
        Assert.Equal((ReleaseAct.Withdraw, "only 0 of 3 copies elsewhere could be proven"), (act, release.Words));
    }

    [Fact]
    public void Collecting_EnoughProven_GivesUpWithoutWaitingForTheRest()
    {
        var facts = Facts(4);
        var release = Proven(Collecting(facts), 2, 3);
        Assert.Equal(ReleaseAct.None, Decide(release, facts).Act);
        Assert.Equal(ReleaseAct.GiveUp, Decide(Proven(release, 5), facts).Act);
    }

    [Theory]
    [InlineData(ReceiptOutcome.Failed)]
    [InlineData(ReceiptOutcome.NotHeld)]
    [InlineData(ReceiptOutcome.Unknown)]
    [InlineData(ReceiptOutcome.Offline)]
    public void Collecting_AnythingButProven_DoesNotCount(ReceiptOutcome outcome)
    {
        var facts = Facts(3);
        var release = Proven(Collecting(facts), 2, 3);
        release = ReleaseRule.Receive(release, Swarm.Id(4), outcome, ticketMs: 0);
        Assert.Equal(ReleaseAct.Withdraw, Decide(release, facts).Act);
    }

    [Fact]
    public void Collecting_TimeIsOver_Withdraws()
    {
        var facts = Facts(3);
        var release = Proven(Collecting(facts), 2, 3);
        Assert.Equal(ReleaseAct.None, Decide(release, facts, _pace.ReceiptMs - 1).Act);
        Assert.Equal(ReleaseAct.Withdraw, Decide(release, facts, _pace.ReceiptMs).Act);
    }

    [Fact]
    public void Collecting_ReceiptsTooOldWhenLookedAt_Withdraws()
    {
        var facts = Facts(3);
        var release = Proven(Collecting(facts), 2, 3, 4);
        Assert.Equal(ReleaseAct.GiveUp, Decide(release, facts, _pace.ReceiptMs).Act);
        Assert.Equal(ReleaseAct.Withdraw, Decide(release, facts, _pace.ReceiptMs + 1).Act);
    }

    [Fact]
    public void Collecting_HolderWithSmallerTicketByGossip_IsExcludedThoughItProved()
    {
        var facts = Facts(3);
        var release = Proven(Collecting(facts), 2, 3, 4);
        Assert.Equal(ReleaseAct.Withdraw, Decide(release, Facts(3, Ticket(4, -1))).Act);
        Assert.Equal(ReleaseAct.GiveUp, Decide(release, Facts(3, Ticket(4, +1))).Act);
    }

    [Fact]
    public void Collecting_HolderWithSmallerTicketByItsAnswer_IsExcluded()
    {
        var facts = Facts(3);
        var release = Proven(Collecting(facts), 2, 3);
        var smaller = ReleaseRule.Receive(release, Swarm.Id(4), ReceiptOutcome.Proven, _start.UnixMs - 1);
        Assert.Equal(ReleaseAct.Withdraw, Decide(smaller, facts).Act);
        var larger = ReleaseRule.Receive(release, Swarm.Id(4), ReceiptOutcome.Proven, _start.UnixMs + 1);
        Assert.Equal(ReleaseAct.GiveUp, Decide(larger, facts).Act);
    }

    [Fact]
    public void Collecting_SmallerTicketWithdrawnMeanwhile_StaysExcluded()
    {
        var seen = _rule.Next(Announced(Facts(3)), Facts(3, Ticket(4, -1)), _start.Plus(1000)).Release;
        var asking = _rule.Next(seen, Facts(3), _start.Plus(_pace.ReleaseWaitMs)).Release;
        Assert.DoesNotContain(Swarm.Id(4), asking.Asked);
        Assert.Equal(ReleaseAct.Withdraw, Decide(Proven(asking, 2, 3), Facts(3)).Act);
    }

    [Fact]
    public void Collecting_EqualTimes_AreOrderedByNode()
    {
        var facts = Facts(3);
        var release = Proven(Collecting(facts), 2, 3, 4);
        // This node is the smallest, so the other's ticket is the larger one.
        Assert.Equal(ReleaseAct.GiveUp, Decide(release, Facts(3, Ticket(4, 0))).Act);
        Assert.Equal(ReleaseAct.Withdraw, Decide(release, Facts(3, Ticket(0, 0), Ticket(4, -1))).Act);
    }

    [Fact]
    public void Collecting_TwoInOneDomain_CountOnce()
    {
        var facts = Facts(3);
        facts = facts with
        {
            Holders = [.. facts.Holders.Select((h, i) => h with { Domains = i < 2 ? ["site attic"] : ["site barn"] })],
        };
        var release = Collecting(Facts(3));
        Assert.Equal(ReleaseAct.Withdraw, Decide(Proven(release, 2, 3, 4), facts).Act);
    }

    [Fact]
    public void Receive_UnaskedOrAnsweredTwice_ChangesNothing()
    {
        var release = Collecting(Facts(3));
        Assert.Same(release, ReleaseRule.Receive(release, Swarm.Id(9), ReceiptOutcome.Proven, 0));
        var failed = ReleaseRule.Receive(release, Swarm.Id(2), ReceiptOutcome.Failed, 0);
        Assert.Same(failed, ReleaseRule.Receive(failed, Swarm.Id(2), ReceiptOutcome.Proven, 0));
        var announced = Announced(Facts(3));
        Assert.Same(announced, ReleaseRule.Receive(announced, Swarm.Id(2), ReceiptOutcome.Proven, 0));
    }

    [Fact]
    public void BackingOff_TriesAgainWithANewTicketAndNoOldReceipts()
    {
        var withdrawn = Decide(Proven(Collecting(Facts(3)), 2, 3), Facts(3), _pace.ReceiptMs).Release;
        var due = _start.Plus(withdrawn.DueMs - _start.MonotonicMs);
        Assert.Equal(ReleaseAct.None, _rule.Next(withdrawn, Facts(3), due.Plus(-1)).Act);
        var (again, act) = _rule.Next(withdrawn, Facts(3), due);
        Assert.Equal((ReleaseAct.Announce, due.UnixMs), (act, again.Ticket.IssuedMs));
        Assert.Empty(again.Receipts);
    }

    [Theory]
    [InlineData(ReleasePhase.Waiting)]
    [InlineData(ReleasePhase.Announced)]
    [InlineData(ReleasePhase.Collecting)]
    [InlineData(ReleasePhase.BackingOff)]
    public void Deadline_Passed_OwnerWinsInEveryPhase(ReleasePhase phase)
    {
        var facts = Facts(0) with { OwnerWins = true, Forbidden = "the breaker is open", MonitorsCut = true };
        Assert.Equal(ReleaseAct.GiveUpUnproven, _rule.Next(Wanted() with { Phase = phase }, facts, _start).Act);
        Assert.NotEqual(ReleaseAct.GiveUpUnproven,
            _rule.Next(Wanted() with { Phase = phase }, facts with { Wanted = false }, _start).Act);
    }

    private static int NumberOf(WeightSwarm.Core.Identity.NodeId id) =>
        Enumerable.Range(0, 100).First(n => Swarm.Id(n) == id);
}
