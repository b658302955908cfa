using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>Volunteers decline models, and planning goes round them.</summary>
public sealed class ConsentTests
{
    private static readonly DeclineRule _noMit = new() { Licence = "MIT", Reason = "not here" };
    private static readonly DeclineRule _noLarge = new() { LargerThan = 1_000_000 };

    /// <summary>One slice of licence MIT on node 9, which has no room for more; two copies are wanted.</summary>
    private static Swarm OneSlice(int copies = 2) =>
        new Swarm().Wanting(copies).With(Swarm.Model(0, 1)).Node(9, free: 0).Holds(9, 0);

    private static PlanStep StepOf(Swarm swarm, int node, params DeclineRule[] own) =>
        Assert.Single(new Planner().Plan(
            swarm.SeenBy(node), Swarm.Own() with { Declines = new Declines([.. own]) }, Swarm.Now).Steps);

    [Fact]
    public void Plan_OfANodeThatDeclines_IsBlockedWithItsReason()
    {
        var step = StepOf(OneSlice().Node(1).Declining(1, _noMit), 1, _noMit);
        Assert.Equal((PlanAction.Blocked, "declined by its owner: licence MIT: not here"), (step.Action, step.Reason));
    }

    [Fact]
    public void Plan_OfOthers_DoesNotWaitForThoseWhoDecline()
    {
        // Of five that could take it the one in the last place acts at once when all the others decline.
        var swarm = OneSlice().Nodes(1, 5);
        var last = Enumerable.Range(1, 5).MaxBy(n => StepOf(swarm, n).DueInMs);
        Assert.InRange(StepOf(swarm, last).DueInMs, 4 * Pace.Drill.U0.StepMs, long.MaxValue);
        foreach (var other in Enumerable.Range(1, 5).Where(n => n != last)) swarm.Declining(other, _noMit);
        Assert.InRange(StepOf(swarm, last).DueInMs, 0, Pace.Drill.U0.StepMs / 5);
    }

    [Fact]
    public void Plan_WithRulesThatDoNotApply_IsAsWithoutAny()
    {
        var swarm = OneSlice().Nodes(1, 5);
        var without = Enumerable.Range(1, 5).Select(n => StepOf(swarm, n)).ToList();
        for (var n = 1; n <= 5; n++) swarm.Declining(n, _noMit with { Licence = "CC-BY-NC-*" });
        Assert.Equal(without, Enumerable.Range(1, 5).Select(n => StepOf(swarm, n)));
    }

    [Fact]
    public void Plan_FetchOfADeclinedModel_IsCancelled_AndARepairIsNot()
    {
        var swarm = OneSlice().Node(1).Claims(1, 0, progress: 95);
        var own = Swarm.Own(fetching: SliceSet.All(1)) with { Declines = new Declines([_noMit]) };
        var step = Assert.Single(new Planner().Plan(swarm.SeenBy(1), own, Swarm.Now).Steps);
        Assert.Equal(PlanAction.Cancel, step.Action);
        var repair = Swarm.Own(fetching: SliceSet.All(1), held: SliceSet.All(1)) with { Declines = own.Declines };
        step = Assert.Single(new Planner().Plan(swarm.SeenBy(1), repair, Swarm.Now).Steps);
        Assert.Equal(PlanAction.Fetch, step.Action);
    }

    [Fact]
    public void Plan_OfWhatIsHeldAndDeclined_KeepsIt_AndItCounts()
    {
        var swarm = OneSlice().Node(1).Holds(1, 0).Declining(1, _noMit);
        var own = Swarm.Own(held: SliceSet.All(1)) with { Declines = new Declines([_noMit]) };
        var step = Assert.Single(new Planner().Plan(swarm.SeenBy(1), own, Swarm.Now).Steps);
        Assert.Equal((PlanAction.Keep, "held; 2 copies of 2 counted"), (step.Action, step.Reason));
    }

    /// <summary>Those on probation may hold more where established nodes cannot; nor can those who decline.</summary>
    [Fact]
    public void Count_WhenEstablishedNodesDecline_LetsMoreOfTheYoungCount()
    {
        var swarm = new Swarm().Wanting(3).With(Swarm.Model(0, 1)).Nodes(1, 3);
        for (var young = 1000; young < 1003; young++) swarm.Young(young).Holds(young, 0);
        Assert.Equal(1, SliceCounter.Count(swarm.SeenBy(9).Models[0], 0, swarm.SeenBy(9), Swarm.Now).Durable);
        for (var n = 1; n <= 3; n++) swarm.Declining(n, _noMit);
        Assert.Equal(3, SliceCounter.Count(swarm.SeenBy(9).Models[0], 0, swarm.SeenBy(9), Swarm.Now).Durable);
    }

    [Fact]
    public void WhyNobody_WhileSomebodyMay_IsNull()
    {
        var swarm = OneSlice().Nodes(1, 3).Declining(1, _noMit).Declining(2, _noMit);
        Assert.Null(WhyNobody(swarm));
        Assert.NotNull(WhyNobody(swarm.Declining(3, _noMit)));
        Assert.Null(WhyNobody(swarm.Young(4)));
        Assert.Null(WhyNobody(OneSlice(copies: 1).Node(1).Declining(1, _noMit)));
    }

    [Fact]
    public void WhyNobody_CountsEveryAnswer_WithTheReasonsOfThoseWhoDecline()
    {
        var swarm = OneSlice(copies: 3).Nodes(1, 3).Declining(1, _noMit).Declining(2, _noMit).Declining(3, _noLarge)
            .Node(4, free: 1000).Node(5, absentMs: 10_000).Node(6, draining: true).Node(7, closed: true);
        Assert.Equal(
            "of 7 other nodes 3 decline it (2 by licence MIT: not here; 1 by larger than 1.0 MB), 1 has no room, "
                + "2 take nothing new, 1 is away",
            WhyNobody(swarm));
    }

    [Fact]
    public void WhyNobody_WhereAllHoldIt_OrNobodyCanGiveIt_SaysThat()
    {
        Assert.Equal("every node that is known holds it or fetches it", WhyNobody(OneSlice()));
        // Nobody has it: that is another trouble.
        Assert.Null(WhyNobody(new Swarm().Wanting(2).With(Swarm.Model(0, 1)).Node(1).Declining(1, _noMit)));
    }

    [Fact]
    public void WhyNobody_WithManyRules_NamesTheMostFrequent()
    {
        var swarm = OneSlice().Nodes(10, 19);
        for (var n = 0; n < 10; n++) swarm.Declining(10 + n, _noMit with { Reason = n < 5 ? "all" : $"reason {n}" });
        Assert.Equal(
            "of 10 other nodes 10 decline it (5 by licence MIT: all; 1 by licence MIT: reason 5; "
                + "1 by licence MIT: reason 6; 1 by licence MIT: reason 7; 2 by other rules)",
            WhyNobody(swarm));
    }

    private static string? WhyNobody(Swarm swarm)
    {
        var view = swarm.SeenBy(9);
        return new Unwanted(view, Swarm.Now).WhyNobody(view.Models[0]);
    }
}
