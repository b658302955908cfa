using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>When the next pass is due.</summary>
public sealed class PlanStandingTests
{
    [Theory]
    [InlineData(PlanAction.Wait, Urgency.U0, 7_000, 7_000)]
    [InlineData(PlanAction.Wait, Urgency.U1, 30_000, 30_000)]
    [InlineData(PlanAction.Wait, Urgency.U0, 1_500, 5_000)]
    [InlineData(PlanAction.Wait, Urgency.U0, 90_000, 60_000)]
    [InlineData(PlanAction.Wait, Urgency.U2, 7_000, 60_000)]
    [InlineData(PlanAction.Blocked, Urgency.U0, 0, 60_000)]
    public void NextPass_AfterOneStep_ComesWhenSomethingUrgentIsDue(
        PlanAction action, Urgency urgency, long dueInMs, long expectedMs)
    {
        var step = new PlanStep(action, Hash256.Of("model"u8), 0, urgency, 1, 1, dueInMs, "");

        var view = new Swarm().Wanting(3, pace: Pace.Real).SeenBy(9);

        var next = PlanStanding.NextPassMs(view, new Plan(1, 0, [step]), Swarm.Now);

        Assert.Equal(Swarm.NowMs + expectedMs, next);
    }

    [Theory]
    [InlineData(20_000, 20_001)]
    [InlineData(1_000, 5_000)]
    [InlineData(70_000, 60_000)]
    [InlineData(-1_000, 60_000)]
    public void NextPass_WithAnAbsentNode_ComesWhenItsCopiesCeaseToBeRecent(long leftMs, long expectedMs)
    {
        var view = new Swarm().Wanting(3, pace: Pace.Real).Node(1, absentMs: Pace.Real.RecentMs - leftMs).SeenBy(9);

        var next = PlanStanding.NextPassMs(view, new Plan(1, 0, []), Swarm.Now);

        Assert.Equal(Swarm.NowMs + expectedMs, next);
    }
}
