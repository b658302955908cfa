using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Planning;
using WeightSwarm.Tests.Core.Planning;

namespace WeightSwarm.Tests.Core.Auditing;

/// <summary>What a failed audit does to the count of the auditor, and to nobody else's.</summary>
public sealed class FailedAuditTests
{
    private static readonly Swarm _swarm = new Swarm().Wanting(3).Nodes(1, 6).With(Swarm.Model(0, 2))
        .Holds(1, 0, 1).Holds(2, 0, 1).Holds(3, 0, 1);

    [Fact]
    public void Count_OfASliceWithAFailedCopy_WantsAnotherInItsPlace()
    {
        var view = _swarm.SeenBy(1).Failing((2, 1));
        Assert.Equal((3, 0), Of(view, 0));
        Assert.Equal((2, 1), Of(view, 1));

        static (int, int) Of(SwarmView view, int slice)
        {
            var count = SliceCounter.Count(view.Models[0], slice, view, Swarm.Now);
            return (count.Durable, count.Need);
        }
    }

    [Fact]
    public void Explain_OfAFailedCopy_SaysSo()
    {
        var view = _swarm.SeenBy(1).Failing((2, 1));
        var copies = SliceCounter.Explain(view.Models[0], 1, view, Swarm.Now).Copies;
        var verdict = copies.Single(c => c.Node == Swarm.Id(2));
        Assert.Equal((false, "not counted: failed an audit 90 s ago"), (verdict.Counted, verdict.Reason));
    }

    [Fact]
    public void Plan_AllOtherCopiesFailed_HasNoSourceForTheSlice()
    {
        var view = _swarm.SeenBy(4).Failing((1, 1), (2, 1), (3, 1));
        var plan = new Planner().Plan(view, Swarm.Own(), Swarm.Now);
        Assert.Contains("no source", plan.Steps.Single(s => s.Slice == 1).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void HealthReport_WithAFailedCopy_CountsItNot()
    {
        var health = HealthReport.Of(_swarm.SeenBy(1).Failing((2, 1)), Swarm.Now).Models[0];
        Assert.Equal((2, 1, 1), (health.Counted, health.WorstSlice, health.SlicesBelowTarget));
    }
}
