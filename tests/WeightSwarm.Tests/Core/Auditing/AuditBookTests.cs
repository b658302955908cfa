using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Tests.Core.Planning;

namespace WeightSwarm.Tests.Core.Auditing;

/// <summary>One test for each rule of the verdicts.</summary>
public sealed class AuditBookTests
{
    private const long Start = 1_800_000_000_000;
    private static readonly Pace _pace = Pace.Real;
    private static readonly CopyKey _copy = new(Swarm.Id(2), Swarm.Model(0, 4).ModelId, 1);

    private readonly AuditBook _book = new();

    private static AuditMoment At(long ms, bool claimed = true, long started = 5, bool storm = false) =>
        new(Start + ms, claimed, started, storm);

    private AuditVerdict Enter(ReceiptOutcome outcome, AuditMoment moment, int leaves = 1) =>
        _book.Enter(_copy, outcome, leaves, moment, _pace, "leaf 3 is another");

    [Fact]
    public void Enter_OneWrongAnswer_TakesTheCreditAtOnce()
    {
        Enter(ReceiptOutcome.Proven, At(0));
        Assert.True(_book.Of(_copy).HasCredit);
        Assert.Equal(AuditVerdict.Failed, Enter(ReceiptOutcome.Failed, At(1_000)));
        Assert.False(_book.Of(_copy).HasCredit);
        Assert.Equal(Start + 1_000, _book.Failed[_copy]);
        Assert.Equal("leaf 3 is another", _book.Of(_copy).Fault);
    }

    [Theory]
    [InlineData(ReceiptOutcome.Offline)]
    [InlineData(ReceiptOutcome.Unknown)]
    public void Enter_ManyAnswersThatAreNone_TakeNoCredit(ReceiptOutcome outcome)
    {
        for (var day = 0; day < 100; day++)
            Assert.Equal(AuditVerdict.Open, Enter(outcome, At(day * _pace.AuditMs)));
        Assert.Empty(_book.Failed);
        var audits = _book.Of(_copy);
        Assert.Equal(outcome == ReceiptOutcome.Offline ? (100, 0) : (0, 100), (audits.Offline, audits.Unknown));
        Assert.Equal((0L, 0, 0), (audits.PassedMs, audits.Passes, audits.Fails));
    }

    [Fact]
    public void Enter_WhileTheStormBreakerIsOpen_TakesNoCredit()
    {
        Assert.Equal(AuditVerdict.Open, Enter(ReceiptOutcome.Failed, At(0, storm: true)));
        Enter(ReceiptOutcome.NotHeld, At(1, storm: true));
        Enter(ReceiptOutcome.NotHeld, At(_pace.AuditConfirmMs + 2, storm: true));
        Assert.Empty(_book.Failed);
        Assert.Equal(0, _book.Of(_copy).DeniedMs);
    }

    [Fact]
    public void Enter_StormBreakerOpens_GivesNoCreditBack()
    {
        Enter(ReceiptOutcome.Failed, At(0));
        Enter(ReceiptOutcome.Offline, At(1, storm: true));
        Assert.False(_book.Of(_copy).HasCredit);
    }

    [Fact]
    public void Enter_DeniedTwiceWhileClaimed_Fails()
    {
        Assert.Equal(AuditVerdict.Denied, Enter(ReceiptOutcome.NotHeld, At(0)));
        Assert.True(_book.Of(_copy).HasCredit);
        Assert.Equal(AuditVerdict.Denied, Enter(ReceiptOutcome.NotHeld, At(_pace.AuditConfirmMs - 1)));
        Assert.True(_book.Of(_copy).HasCredit);
        Assert.Equal(AuditVerdict.Failed, Enter(ReceiptOutcome.NotHeld, At(_pace.AuditConfirmMs)));
        Assert.False(_book.Of(_copy).HasCredit);
    }

    [Fact]
    public void Enter_DeniedAndTakenBack_TakesNoCredit()
    {
        Enter(ReceiptOutcome.NotHeld, At(0));
        Assert.Equal(AuditVerdict.Open, Enter(ReceiptOutcome.NotHeld, At(_pace.AuditConfirmMs, claimed: false)));
        Assert.True(_book.Of(_copy).HasCredit);
        // What it claims anew and denies again begins anew.
        Assert.Equal(AuditVerdict.Denied, Enter(ReceiptOutcome.NotHeld, At(_pace.AuditConfirmMs + 1)));
    }

    [Fact]
    public void Enter_DeniedAroundARestart_BeginsAnew()
    {
        Enter(ReceiptOutcome.NotHeld, At(0, started: 5));
        Assert.Equal(AuditVerdict.Denied, Enter(ReceiptOutcome.NotHeld, At(_pace.AuditConfirmMs, started: 6)));
        Assert.True(_book.Of(_copy).HasCredit);
    }

    [Fact]
    public void Enter_ProvenBetweenTwoDenials_BeginsAnew()
    {
        Enter(ReceiptOutcome.NotHeld, At(0));
        Enter(ReceiptOutcome.Proven, At(1));
        Assert.Equal(AuditVerdict.Denied, Enter(ReceiptOutcome.NotHeld, At(_pace.AuditConfirmMs)));
    }

    [Fact]
    public void Enter_SixteenLeavesInARow_GiveTheCreditBack()
    {
        Enter(ReceiptOutcome.Failed, At(0));
        Assert.Equal(AuditVerdict.Passed, Enter(ReceiptOutcome.Proven, At(1), leaves: 8));
        Assert.False(_book.Of(_copy).HasCredit);
        Enter(ReceiptOutcome.Failed, At(2));
        Assert.Equal(AuditVerdict.Passed, Enter(ReceiptOutcome.Proven, At(3), leaves: 8));
        Assert.Equal(AuditVerdict.Cleared, Enter(ReceiptOutcome.Proven, At(4), leaves: 8));
        Assert.True(_book.Of(_copy).HasCredit);
        Assert.Empty(_book.Failed);
    }

    [Fact]
    public void Restore_OfAFailedCopy_KeepsItFailed()
    {
        Enter(ReceiptOutcome.Failed, At(7));
        var later = new AuditBook();
        later.Restore(_copy, _book.Of(_copy));
        Assert.Equal(_book.Failed, later.Failed);
        later.Forget(_copy);
        Assert.Empty(later.Failed);
    }
}
