using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>Copies on nodes that are on probation: at most floor(N/3) count, where the others could do the
/// rest.</summary>
public sealed class ProbationTests
{
    [Theory]
    // Established holders, young holders, established that could take: counted, and wanted.
    [InlineData(0, 40, 10, 1, 4)]
    [InlineData(3, 40, 10, 4, 1)]
    [InlineData(4, 40, 10, 5, 0)]
    [InlineData(5, 40, 10, 6, 0)]
    [InlineData(7, 0, 0, 7, 0)]
    [InlineData(2, 40, 1, 4, 1)]
    [InlineData(2, 40, 0, 5, 0)]
    [InlineData(0, 40, 0, 5, 0)]
    [InlineData(0, 2, 0, 2, 3)]
    public void Count_WithYoungHolders_CountsAThirdUnlessOthersAreTooFew(
        int old, int young, int takers, int counted, int need)
    {
        var swarm = Five();
        for (var i = 0; i < old; i++) swarm.Node(1 + i, free: 0).Holds(1 + i, 0);
        for (var i = 0; i < young; i++) swarm.Young(1000 + i).Holds(1000 + i, 0);
        for (var i = 0; i < takers; i++) swarm.Node(2000 + i);
        var count = CountOf(swarm);
        Assert.Equal((counted, need), (count.Durable, count.Need));
    }

    /// <summary>The order of ids, which anybody can choose, does not decide whose copy counts in one network.</summary>
    [Fact]
    public void Count_OfAYoungAndAnEstablishedOfOneSubnet_CountsTheEstablished()
    {
        var swarm = Five().Young(1, "v4:203.0.113.0/24").Holds(1, 0)
            .Node(2, absentMs: 1_000, subnet: "v4:203.0.113.0/24").Holds(2, 0);
        var count = SliceCounter.Explain(swarm.SeenBy(9).Models[0], 0, swarm.SeenBy(9), Swarm.Now);
        Assert.True(count.Copies.Single(c => c.Node == Swarm.Id(2)).Counted);
        var youngs = count.Copies.Single(c => c.Node == Swarm.Id(1));
        Assert.Contains("same subnet", youngs.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Count_OfEstablishedTakersOfOneSubnet_ReliesOnOneOfThem()
    {
        var swarm = Five();
        for (var i = 0; i < 9; i++) swarm.Young(1000 + i).Holds(1000 + i, 0);
        for (var i = 0; i < 9; i++) swarm.Node(1 + i, subnet: "v4:203.0.113.0/24");
        Assert.Equal((4, 1), (CountOf(swarm).Durable, CountOf(swarm).Need));
    }

    [Fact]
    public void Count_OfYoungClaims_StaysWithinTheSameBound()
    {
        var swarm = Five().Node(1).Holds(1, 0);
        for (var i = 0; i < 9; i++) swarm.Node(2 + i);
        for (var i = 0; i < 9; i++) swarm.Young(1000 + i).Claims(1000 + i, 0, score: 0);
        swarm.Claims(2, 0, score: 7);
        var view = swarm.SeenBy(1);
        var count = SliceCounter.Explain(view.Models[0], 0, view, Swarm.Now);
        Assert.Equal((2, 2), (count.Claims, count.Need));
        Assert.Contains(count.Copies, c => c.Reason.StartsWith(
            "claim not counted: on probation for 3 min", StringComparison.Ordinal));
    }

    [Fact]
    public void Explain_OfAYoungCopyTooMany_SaysWhyAndForHowLong()
    {
        var swarm = Five();
        for (var i = 0; i < 5; i++) swarm.Node(1 + i).Young(1000 + i).Holds(1000 + i, 0);
        var view = swarm.SeenBy(1);
        var reasons = SliceCounter.Explain(view.Models[0], 0, view, Swarm.Now).Copies.Select(c => c.Reason).ToList();
        Assert.Equal(4, reasons.Count(r => r.EndsWith(
            "of copies on such nodes only 1 of 5 may count", StringComparison.Ordinal)));
    }

    /// <summary>A thousand who claim to be first in the order make nobody wait.</summary>
    [Fact]
    public void Plan_BesideAThousandYoungNodes_ActsInItsTurnAmongTheOthers()
    {
        var swarm = Five().Node(1).Node(2, free: 0).Holds(2, 0);
        for (var i = 0; i < 1000; i++) swarm.Young(1000 + i);
        var step = Assert.Single(new Planner().Plan(swarm.SeenBy(1), Swarm.Own(), Swarm.Now).Steps);
        Assert.InRange(step.DueInMs, 0, Pace.Drill.U0.StepMs);
    }

    [Theory]
    [InlineData(6, 0, 6)]
    [InlineData(3, 40, 4)]
    [InlineData(0, 40, 1)]
    public void Release_OfASliceThatYoungNodesHold_ReliesOnAThirdOfThem(int old, int young, int relied)
    {
        var holders = Enumerable.Range(0, young)
            .Select(i => new ReleaseHolder(Swarm.Id(i), [], true, OnProbation: true))
            .Concat(Enumerable.Range(100, old).Select(i => new ReleaseHolder(Swarm.Id(i), [], true)));
        Assert.Equal(relied, ReleaseRule.Seen(new ReleaseFacts { Target = 5, Holders = [.. holders] }));
    }

    /// <summary>What ModelTally says that it proves, over drawn networks: the young vanish, so many copies are
    /// left.</summary>
    [Fact]
    public void Count_WithoutNeed_LeavesWhatTheEstablishedCouldHave()
    {
        var random = new SplitMix64(20261121);
        for (var trial = 0; trial < 3_000; trial++)
        {
            var (wanted, old, young, takers) = (1 + Draw(9), Draw(9), Draw(30), Draw(9));
            var swarm = Five().Wanting(wanted, DomainRule.Subnet);
            for (var i = 0; i < old; i++) swarm.Node(1 + i, free: 0, subnet: Net()).Holds(1 + i, 0);
            for (var i = 0; i < young; i++) swarm.Young(1000 + i, Net()).Holds(1000 + i, 0);
            for (var i = 0; i < takers; i++) swarm.Node(2000 + i, subnet: Net());
            var view = swarm.SeenBy(1);
            var count = SliceCounter.Explain(view.Models[0], 0, view, Swarm.Now);
            if (count.Need > 0) continue;
            var left = count.Copies.Count(c => c.Counted && !view.Nodes[c.Node].IsYoung(Swarm.Now));
            var holding = count.Copies.Where(c => c.Counted).Select(c => c.Node).ToHashSet();
            var could = left + view.Nodes.Values
                .Where(n => n.FreeBytes > 0 && !n.IsYoung(Swarm.Now)).SelectMany(n => n.Subnets)
                .Except(holding.Where(h => !view.Nodes[h].IsYoung(Swarm.Now)).SelectMany(h => view.Nodes[h].Subnets))
                .Distinct().Count();
            Assert.True(left >= Math.Min(wanted - wanted / 3, could),
                $"trial {trial}: {left} left of {wanted} wanted, {could} could be");
        }

        int Draw(int below) => (int)random.Below(below);
        string Net() => $"v4:203.0.{Draw(40)}.0/24";
    }

    private static Swarm Five() => new Swarm().Wanting(5, DomainRule.Subnet).With(Swarm.Model(0, 1));

    private static SliceCount CountOf(Swarm swarm)
    {
        var view = swarm.SeenBy(9_999);
        return SliceCounter.Count(view.Models[0], 0, view, Swarm.Now);
    }
}
