using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using WeightSwarm.Tests.Core.Planning;
using WeightSwarm.Tests.Core.Records;
using Record = WeightSwarm.Core.Records.Record;

namespace WeightSwarm.Tests.Core.Auditing;

public sealed class AuditFreshnessTests
{
    private const int Slices = 40;

    private static readonly Pace _pace = Pace.Drill;
    private static readonly Entry _model = Swarm.Model(0, Slices);

    private readonly AuditBook _book = new();

    private static CopyKey Copy(int holder, int slice) => new(Swarm.Id(holder), _model.ModelId, slice);

    private static int[] All => [.. Enumerable.Range(0, Slices)];

    private void Enter(CopyKey copy, ReceiptOutcome outcome, long agoMs = 0) =>
        _book.Enter(copy, outcome, 1, new AuditMoment(Swarm.Now.UnixMs - agoMs, true, 0, false), _pace);

    private void Pass(CopyKey copy, long agoMs) => Enter(copy, ReceiptOutcome.Proven, agoMs);

    private Record Report(long agoMs = 0) => EnvelopeCodec.Write(
        new SimKey(7, 9), TestRecords.Network, RecordKind.AuditReport, [],
        AuditReports.Write(_book, Swarm.Now.UnixMs - agoMs, _pace), 1, Swarm.Now.UnixMs - agoMs, 20_000);

    /// <summary>Twelve nodes, of which the first looks; it and the second hold all.</summary>
    private static SwarmView Twelve() =>
        new Swarm().Wanting(3).Nodes(1, 12).With(_model).Holds(1, All).Holds(2, All).SeenBy(1);

    /// <summary>Who is drawn for a copy in the epochs in which a fresh pass may have been made.</summary>
    private static ImmutableArray<NodeId> Drawn(SwarmView view, CopyKey copy)
    {
        var schedule = new AuditSchedule(view, Swarm.Now);
        var epoch = AuditSchedule.EpochOf(copy, Swarm.Now.UnixMs, _pace);
        return [.. Enumerable.Range(0, 3).SelectMany(b => schedule.AuditorsOf(copy, epoch - b)).Distinct()];
    }

    /// <summary>What speaks for a copy; whatever that is, it is verified by what was read or audited lately, and by
    /// nothing else.</summary>
    private CopyEvidence Of(SwarmView view, CopyKey copy) =>
        Of(new AuditFreshness(view, _book, _ => null, Swarm.Now), copy);

    private static CopyEvidence Of(AuditFreshness seen, CopyKey copy)
    {
        var evidence = seen.EvidenceOf(copy);
        Assert.Equal(evidence is CopyEvidence.Own or CopyEvidence.Audited, seen.IsVerified(copy));
        return evidence;
    }

    [Fact]
    public void EvidenceOf_OfTheWordOfANode_TakesThatOfThoseWhoWereDrawn()
    {
        var (view, copy) = (Twelve(), Copy(2, 0));
        Pass(copy, 0);
        var report = Report();
        var drawn = Drawn(view, copy);
        Assert.InRange(drawn.Length, 3, 9);
        foreach (var node in view.Nodes.Keys)
        {
            var fresh = new AuditFreshness(view, new AuditBook(), id => id == node ? report : null, Swarm.Now);
            Assert.Equal(drawn.Contains(node) ? CopyEvidence.Audited : CopyEvidence.None, fresh.EvidenceOf(copy));
            Assert.Equal(drawn.Contains(node), fresh.IsVerified(copy));
        }
    }

    [Fact]
    public void EvidenceOf_OfAnOldReport_IsStale()
    {
        var (view, copy) = (Twelve(), Copy(2, 0));
        Pass(copy, 2 * _pace.AuditMs);
        var report = Report(agoMs: 2 * _pace.AuditMs);
        var seen = new AuditFreshness(view, new AuditBook(), _ => report, Swarm.Now);
        Assert.Equal(CopyEvidence.Stale, Of(seen, copy));
        Assert.Equal(CopyEvidence.None, Of(seen, Copy(2, 1)));
    }

    [Fact]
    public void EvidenceOf_OfOwnAudits_LastsTwoPeriods()
    {
        var view = Twelve();
        Pass(Copy(2, 0), 2 * _pace.AuditMs - 1);
        Pass(Copy(2, 1), 2 * _pace.AuditMs);
        Assert.Equal(CopyEvidence.Audited, Of(view, Copy(2, 0)));
        Assert.Equal(CopyEvidence.Stale, Of(view, Copy(2, 1)));
        Assert.Equal(CopyEvidence.None, Of(view, Copy(2, 2)));
    }

    [Fact]
    public void EvidenceOf_WithAWallClockThatWasSetBack_IsStale()
    {
        Pass(Copy(2, 0), -_pace.ClockSkewMs);
        Pass(Copy(2, 1), -_pace.ClockSkewMs - 1);
        Assert.Equal(CopyEvidence.Audited, Of(Twelve(), Copy(2, 0)));
        Assert.Equal(CopyEvidence.Stale, Of(Twelve(), Copy(2, 1)));
    }

    [Theory]
    [InlineData(ReceiptOutcome.Offline)]
    [InlineData(ReceiptOutcome.Unknown)]
    [InlineData(ReceiptOutcome.NotHeld)]
    public void EvidenceOf_AfterAnAuditThatShowedNothing_IsWhatItWas(ReceiptOutcome outcome)
    {
        Pass(Copy(2, 0), 100);
        Enter(Copy(2, 0), outcome);
        Enter(Copy(2, 1), outcome);
        Assert.Equal(CopyEvidence.Audited, Of(Twelve(), Copy(2, 0)));
        Assert.Equal(CopyEvidence.None, Of(Twelve(), Copy(2, 1)));
    }

    [Fact]
    public void EvidenceOf_ACopyThatFailed_IsFailedUntilItHasCreditAgain()
    {
        Pass(Copy(2, 0), 100);
        Enter(Copy(2, 0), ReceiptOutcome.Failed);
        Assert.Equal(CopyEvidence.Failed, Of(Twelve(), Copy(2, 0)));
        for (var leaf = 0; leaf < AuditBook.ClearingLeaves; leaf++)
        {
            Assert.Equal(CopyEvidence.Failed, Of(Twelve(), Copy(2, 0)));
            Pass(Copy(2, 0), 0);
        }
        Assert.Equal(CopyEvidence.Audited, Of(Twelve(), Copy(2, 0)));
    }

    /// <summary>One node, alone: what it holds it has read itself.</summary>
    [Fact]
    public void EvidenceOf_OwnCopies_IsOwnUnlessTheirVolumeIsAway()
    {
        var alone = new Swarm().Wanting(1).Nodes(1, 1).With(_model).Holds(1, All).SeenBy(1);
        Assert.Equal(CopyEvidence.Own, Of(alone, Copy(1, 7)));
        Assert.Equal(1, Verified(alone));
        var away = new Swarm().Wanting(1).Nodes(1, 1).With(_model).HoldsAway(1, 1_000, All).SeenBy(1);
        Assert.Equal(CopyEvidence.Away, Of(away, Copy(1, 7)));
        Assert.Equal(0, Verified(away));
    }

    /// <summary>Two nodes of one subnet, or the other on probation: whoever looks may audit, if it is of another
    /// domain.</summary>
    [Fact]
    public void EvidenceOf_WithNobodyWhoMayAudit_SaysSo()
    {
        var swarm = new Swarm().Wanting(2, DomainRule.Subnet).Node(1, subnet: "198.51.100.0/24").With(_model);
        swarm.Node(2, subnet: "198.51.100.0/24").Holds(1, All).Holds(2, All).Young(3, subnet: "203.0.113.0/24");
        Assert.Equal(CopyEvidence.NoAuditor, Of(swarm.SeenBy(1), Copy(2, 0)));
        Assert.Equal(CopyEvidence.None, Of(swarm.SeenBy(3), Copy(2, 0)));
    }

    [Fact]
    public void Fewest_OfAModel_IsThatOfItsWorstSlice()
    {
        var view = Twelve();
        for (var slice = 0; slice < Slices; slice++) Pass(Copy(2, slice), 0);
        Assert.Equal(2, Verified(view));
        // Of one slice the other's copy is not counted: it failed, whatever anybody says.
        Assert.Equal(1, Verified(view with { FailedAudits = view.FailedAudits.Add(Copy(2, 5), 1) }));
        _book.Forget(Copy(2, 39));
        Assert.Equal(1, Verified(view));
        Pass(Copy(2, 39), 2 * _pace.AuditMs);
        Assert.Equal(1, Verified(view));
    }

    /// <summary>Two copies on one computer burn together: one counts, and one can be verified.</summary>
    [Fact]
    public void Fewest_OfCopiesInOneFailureDomain_CountsOne()
    {
        var view = new Swarm().Wanting(3, DomainRule.Subnet).With(_model)
            .Nodes(1, 1).Node(2, site: "attic").Node(3, site: "attic").Holds(2, All).Holds(3, All).SeenBy(1);
        for (var slice = 0; slice < Slices; slice++)
        {
            Pass(Copy(2, slice), 0);
            Pass(Copy(3, slice), 0);
        }
        Assert.Equal(1, Verified(view));
    }

    private int Verified(SwarmView view) =>
        new AuditFreshness(view, _book, _ => null, Swarm.Now).Fewest(view.Models)[_model.ModelId];
}
