using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

public sealed class SliceCounterTests
{
    private static Swarm OneModel(int copies = 3, DomainRule domains = DomainRule.Node) =>
        new Swarm().Wanting(copies, domains).With(Swarm.Model(0, 4));

    private static SliceCount Explain(Swarm swarm, int viewer = 1, int slice = 0)
    {
        var view = swarm.SeenBy(viewer);
        var explained = SliceCounter.Explain(view.Models[0], slice, view, Swarm.Now);
        // The fast path must say the same without the words.
        Assert.Equal(explained with { Copies = [] }, SliceCounter.Count(view.Models[0], slice, view, Swarm.Now));
        return explained;
    }

    [Fact]
    public void Count_HoldersByAbsence_FallIntoDurableRecentAndOnline()
    {
        var count = Explain(OneModel(5)
            .Node(1).Holds(1, 0).Node(2, absentMs: 2_900).Holds(2, 0).Node(3, absentMs: 7_000).Holds(3, 0)
            .Node(4, absentMs: 12_000).Holds(4, 0).Node(5, absentMs: 30_500).Holds(5, 0));
        Assert.Equal((4, 3, 2), (count.Durable, count.Recent, count.Online));
        Assert.Equal(
            [
                "counted: present",
                "counted: absent 3 s, within its grace of 20 s",
                "counted: absent 7 s, within its grace of 20 s",
                "counted: absent 12 s, within its grace of 20 s",
                "not counted: absent 31 s, longer than its grace of 20 s",
            ],
            count.Copies.Select(c => c.Reason));
        Assert.Equal([true, true, false, false, false], count.Copies.Select(c => c.Online));
    }

    [Fact]
    public void Count_NobodyHolds_NeedsTheTarget()
    {
        var count = Explain(OneModel().Node(1));
        Assert.Equal((0, 3, Urgency.U0), (count.Durable, count.Need, count.Urgency));
        Assert.Empty(count.Copies);
    }

    [Fact]
    public void Count_EntryWithItsOwnTarget_GoesByIt()
    {
        var swarm = new Swarm().Wanting(3).With(Swarm.Model(0, 1, copies: 1)).Node(1).Holds(1, 0);
        Assert.Equal((1, 0), (Explain(swarm).Target, Explain(swarm).Need));
    }

    [Fact]
    public void Count_OtherSlices_AreNotThisOne()
    {
        var count = Explain(OneModel().Node(1).Holds(1, 1, 2, 3).Node(2).Claims(2, 1));
        Assert.Equal((0, 0), (count.Durable, count.Claims));
    }

    [Fact]
    public void Count_Viewer_IsAlwaysPresent()
    {
        var count = Explain(OneModel().Node(1, absentMs: 60_000).Holds(1, 0));
        Assert.Equal((1, 1), (count.Durable, count.Online));
    }

    [Fact]
    public void Count_HolderAwayTooLong_IsLost()
    {
        var count = Explain(OneModel().Node(1).Node(2, absentMs: 400_000).Holds(2, 0));
        Assert.Equal(0, count.Durable);
        Assert.Equal("not counted: absent 7 min, given up as lost after 5 min", Assert.Single(count.Copies).Reason);
    }

    [Fact]
    public void Count_HolderWithoutRecord_IsNotCounted()
    {
        var count = Explain(OneModel().Node(1).Holds(2, 0));
        Assert.Equal(0, count.Durable);
        Assert.Equal("not counted: no live record of this node", Assert.Single(count.Copies).Reason);
    }

    [Fact]
    public void Count_SliceThatItsOwnerWantsBack_CountsAndWantsOneMore()
    {
        var swarm = OneModel(2).Node(1).Holds(1, 0, 1).Node(2).Holding(2, [0, 1], [0]);
        Assert.Equal((2, 1), (Explain(swarm).Durable, Explain(swarm).Need));
        Assert.Contains("its owner wants the space back", Explain(swarm).Copies[1].Reason, StringComparison.Ordinal);
        Assert.Equal((2, 0), (Explain(swarm, slice: 1).Durable, Explain(swarm, slice: 1).Need));
        Assert.Equal(0, Explain(swarm.Node(3).Holds(3, 0)).Need);
    }

    [Fact]
    public void Count_OneOfADomainLeaves_TheOtherCounts()
    {
        var swarm = OneModel(1, DomainRule.Subnet)
            .Node(1, site: "attic").Holding(1, [0], [0]).Node(2, site: "attic").Holds(2, 0);
        Assert.Equal((1, 0), (Explain(swarm).Durable, Explain(swarm).Need));
        Assert.Equal([false, true], Explain(swarm).Copies.Select(c => c.Counted));
    }

    [Fact]
    public void Count_SliceInATrash_CountsForNothing()
    {
        var count = Explain(OneModel().Node(1).Node(2).Trashes(2, 0));
        Assert.Equal((0, 3), (count.Durable, count.Need));
        Assert.Empty(count.Copies);
    }

    [Fact]
    public void Count_OnVolumesThatAreAway_CountsLikeTheCopiesOfAbsentNodes()
    {
        var count = Explain(OneModel(5)
            .Node(1).Holds(1, 0).Node(2).HoldsAway(2, 2_900, 0).Node(3).HoldsAway(3, 7_000, 0)
            .Node(4).HoldsAway(4, 12_000, 0).Node(5).HoldsAway(5, 30_500, 0)
            .Node(6, absentMs: 15_000).HoldsAway(6, 2_900, 0));
        Assert.Equal((5, 3, 2), (count.Durable, count.Recent, count.Online));
        Assert.Equal(
            [
                "counted: present",
                "counted: on a volume that is away for 3 s, within its grace of 20 s",
                "counted: on a volume that is away for 7 s, within its grace of 20 s",
                "counted: on a volume that is away for 12 s, within its grace of 20 s",
                "not counted: on a volume that is away for 31 s, longer than its grace of 20 s",
                "counted: absent 15 s, within its grace of 20 s",
            ],
            count.Copies.Select(c => c.Reason));
        Assert.Equal([true, true, false, false, false, false], count.Copies.Select(c => c.Online));
    }

    [Fact]
    public void Count_OneOfADomainIsAway_TheOtherCounts()
    {
        var swarm = OneModel(1, DomainRule.Subnet)
            .Node(1, site: "attic").HoldsAway(1, 30_500, 0).Node(2, site: "attic").Holds(2, 0);
        Assert.Equal((1, 1, 0), (Explain(swarm).Durable, Explain(swarm).Online, Explain(swarm).Need));
    }

    [Fact]
    public void Count_DrainingHolder_CountsAndWantsOneMore()
    {
        var swarm = OneModel(2).Node(1).Holds(1, 0).Node(2, draining: true).Holds(2, 0);
        Assert.Equal((2, 1), (Explain(swarm).Durable, Explain(swarm).Need));
        Assert.Contains("draining", Explain(swarm).Copies[1].Reason, StringComparison.Ordinal);
        Assert.Equal(0, Explain(swarm.Node(3).Holds(3, 0)).Need);
    }

    [Theory]
    [InlineData("v4:203.0.113.0/24", "", "", "subnet 203.0.113.0/24")]
    [InlineData("", "attic", "", "site attic")]
    [InlineData("", "", "acme", "operator acme")]
    public void Count_TwoInOneDomain_CountsTheLowerId(string subnet, string site, string op, string name)
    {
        var swarm = OneModel(3, DomainRule.Subnet)
            .Node(1, subnet: subnet, site: site, op: op).Holds(1, 0)
            .Node(2, subnet: subnet, site: site, op: op).Holds(2, 0);
        var count = Explain(swarm, viewer: 2);
        Assert.Equal((1, 2), (count.Durable, count.Need));
        Assert.Equal([true, false], count.Copies.Select(c => c.Counted));
        Assert.Equal($"not counted: same {name} as {Swarm.Id(1).Brief}…", count.Copies[1].Reason);
    }

    [Fact]
    public void Count_TwoInOneDomainUnderNodeRule_CountsBoth()
    {
        const string Subnet = "v4:127.0.0.0/24";
        var count = Explain(OneModel().Node(1, subnet: Subnet).Holds(1, 0).Node(2, subnet: Subnet).Holds(2, 0));
        Assert.Equal(2, count.Durable);
    }

    [Fact]
    public void Count_AbsentAndPresentInOneDomain_CountsThePresent()
    {
        var count = Explain(OneModel(3, DomainRule.Subnet)
            .Node(1, absentMs: 5_000, site: "attic").Holds(1, 0).Node(2, site: "attic").Holds(2, 0), viewer: 3);
        Assert.Equal([false, true], count.Copies.Select(c => c.Counted));
        Assert.Equal(1, count.Online);
    }

    [Fact]
    public void Count_OverGraceInOneDomainWithGraced_TakesNoPlace()
    {
        var count = Explain(OneModel(3, DomainRule.Subnet)
            .Node(1, absentMs: 25_000, site: "attic").Holds(1, 0).Node(2, absentMs: 10_000, site: "attic").Holds(2, 0),
            viewer: 3);
        Assert.Equal([false, true], count.Copies.Select(c => c.Counted));
    }

    [Fact]
    public void Count_ReplacementInTheDomainOfADrainingHolder_TakesItsPlace()
    {
        var swarm = OneModel(1, DomainRule.Subnet)
            .Node(1, site: "attic", draining: true).Holds(1, 0).Node(2, site: "attic");
        Assert.Equal(1, Explain(swarm).Need);
        Assert.Equal(0, Explain(swarm.Claims(2, 0)).Need);
        var replaced = Explain(swarm.Holds(2, 0));
        Assert.Equal((1, 0), (replaced.Durable, replaced.Need));
        Assert.Equal([false, true], replaced.Copies.Select(c => c.Counted));
    }

    [Fact]
    public void Count_ProgressingClaim_LowersTheNeed()
    {
        var count = Explain(OneModel().Node(1).Holds(1, 0).Node(2).Claims(2, 0, progress: 40, quietMs: 9_000));
        Assert.Equal((1, 1), (count.Claims, count.Need));
        Assert.Equal("counted as a claim: fetching, 40 % done", count.Copies[1].Reason);
        Assert.False(count.Copies[1].Counted);
    }

    [Fact]
    public void Count_ClaimWithoutProgress_EndsAfterTheTimeOfItsClass()
    {
        // One recent copy is U0: 10 s in drill pace.
        var count = Explain(OneModel().Node(1).Holds(1, 0).Node(2).Claims(2, 0, progress: 40, quietMs: 10_001));
        Assert.Equal((0, 2), (count.Claims, count.Need));
        Assert.Equal(
            "claim not counted: fetching, 40 % done, no progress for longer than 10 s", count.Copies[1].Reason);
    }

    [Fact]
    public void Count_ClaimOfTheAbsentOrUnknown_IsNotCounted()
    {
        var count = Explain(OneModel().Node(1).Node(2, absentMs: 2_000).Claims(2, 0).Claims(3, 0));
        Assert.Equal(0, count.Claims);
        Assert.Equal(
            ["claim not counted: absent 2 s", "claim not counted: no live record of this node"],
            count.Copies.Select(c => c.Reason));
    }

    [Fact]
    public void Count_ClaimOfAHolder_IsNotCountedTwice()
    {
        var count = Explain(OneModel().Node(1).Holds(1, 0).Claims(1, 0));
        Assert.Equal((1, 0), (count.Durable, count.Claims));
        Assert.Equal("counted: present", Assert.Single(count.Copies).Reason);
    }

    [Fact]
    public void Count_ClaimsInOneDomain_CountTheBest()
    {
        var count = Explain(OneModel(5, DomainRule.Subnet).Node(1)
            .Node(2, site: "attic").Claims(2, 0, score: 9).Node(3, site: "attic").Claims(3, 0, score: 4));
        Assert.Equal(1, count.Claims);
        Assert.Equal($"claim not counted: same site attic as {Swarm.Id(3).Brief}…", count.Copies[0].Reason);
    }

    [Fact]
    public void Count_ClaimInTheDomainOfACopy_IsNotCounted()
    {
        var count = Explain(OneModel(5, DomainRule.Subnet)
            .Node(1, site: "attic").Holds(1, 0).Node(2, site: "attic").Claims(2, 0));
        Assert.Equal(0, count.Claims);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Count_HealthySmallTargets_NeedNothing(int copies)
    {
        var swarm = OneModel(copies);
        for (var node = 1; node <= copies; node++) swarm.Node(node).Holds(node, 0);
        Assert.Equal((0, Urgency.None), (Explain(swarm).Need, Explain(swarm).Urgency));
    }
}
