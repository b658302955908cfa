using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>When the next pass is due.</summary>
public sealed class PlanStandingTests
{
    private static readonly Instant Now = new(1_000_000, 2_000_000);

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

        var next = PlanStanding.NextPassMs(new Plan(1, 0, [step]), Pace.Real, Now);

        Assert.Equal(Now.MonotonicMs + expectedMs, next);
    }
}
