using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

public sealed class PlanTextTests
{
    private static PlanStep Step(int slice, string reason = "why", PlanAction action = PlanAction.Wait,
        Urgency urgency = Urgency.U1, long due = 0, int model = 0) =>
        new(action, Swarm.Model(model, 1).ModelId, slice, urgency, 100, 1, due, reason);

    private static IEnumerable<(int, int)> Ranges(params PlanStep[] steps) =>
        PlanText.Collapse(new Plan(1, 0, [.. steps])).Select(r => (r.First, r.Last));

    [Fact]
    public void Collapse_ConsecutiveSlices_AreOneRangeWhateverTheirOrder()
    {
        var plan = new Plan(1, 0, [Step(3, due: 40), Step(1, due: 90), Step(2, due: 20)]);
        var range = Assert.Single(PlanText.Collapse(plan));
        Assert.Equal((1, 3, 300L, 20L), (range.First, range.Last, range.Bytes, range.DueInMs));
    }

    [Fact]
    public void Collapse_Gap_Splits() => Assert.Equal([(1, 2), (4, 4)], Ranges(Step(1), Step(2), Step(4)));

    [Fact]
    public void Collapse_AnotherReasonActionUrgencyOrModel_Splits()
    {
        Assert.Equal(2, Ranges(Step(1), Step(2, "other")).Count());
        Assert.Equal(2, Ranges(Step(1), Step(2, action: PlanAction.Take)).Count());
        Assert.Equal(2, Ranges(Step(1), Step(2, urgency: Urgency.U2)).Count());
        Assert.Equal(2, Ranges(Step(1), Step(2, model: 1)).Count());
    }

    [Fact]
    public void Collapse_SeveralRanges_KeepTheOrderOfThePlan() =>
        Assert.Equal([(7, 7), (1, 2)], Ranges(Step(7, "a"), Step(2, "b"), Step(1, "b")));

    [Fact]
    public void Collapse_NoSteps_IsEmpty() => Assert.Empty(PlanText.Collapse(Plan.Empty));
}
