using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>The order of candidates by autonomous system and country, without time.</summary>
public sealed class CrowdsTests
{
    private static readonly string[] _countries = ["", "DE", "FR"];

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(3, 2, 2)]
    [InlineData(4, 2, 3)]
    [InlineData(5, 3, 4)]
    [InlineData(6, 3, 4)]
    [InlineData(64, 32, 43)]
    public void Most_OfSoManyCopies_IsHalfAndTwoThirdsRoundedUp(int copies, int inSystem, int inCountry)
    {
        Assert.Equal((inSystem, inCountry), (Crowds.MostInSystem(copies), Crowds.MostInCountry(copies)));
    }

    [Fact]
    public void Of_NobodySaysWhereItIs_IsNull()
    {
        Assert.Null(Index(World(5)).Crowds);
        Assert.NotNull(Index(World(5).In(3, 0, "DE")).Crowds);
        Assert.NotNull(Index(World(5).In(3, 1)).Crowds);
    }

    /// <summary>Under the rule "node" every node stands for itself.</summary>
    [Fact]
    public void Of_UnderTheRuleNode_IsNull() =>
        Assert.Null(Index(World(5).Wanting(5, DomainRule.Node).In(3, 1, "DE")).Crowds);

    [Fact]
    public void Rank_NobodySaysWhereItIs_IsTheRendezvousOrder()
    {
        var byScore = Order(World(12));
        // Node 1 holds it and is no candidate, so that nobody is crowded; but the other path is taken.
        Assert.Equal(byScore, Order(World(12).In(1, 7, "DE")));
        Assert.Equal(12, byScore.Count);
    }

    [Fact]
    public void Rank_OneSystemForAll_IsTheRendezvousOrder()
    {
        var byScore = Order(World(12));
        var swarm = World(12);
        foreach (var node in byScore) swarm.In(node, 7, "DE");
        Assert.Equal(byScore, Order(swarm));
    }

    [Fact]
    public void Rank_MoreOfOneSystemThanItsShare_ComeAfterAllOthersByScore()
    {
        var byScore = Order(World(12));
        var swarm = World(12);
        foreach (var node in byScore[..9]) swarm.In(node, 7);
        // Three of five; nobody holds a copy in it.
        Assert.Equal([.. byScore[..3], .. byScore[9..], .. byScore[3..9]], Order(swarm));
        // The holder is in it, and then two are left.
        Assert.Equal([.. byScore[..2], .. byScore[9..], .. byScore[2..9]], Order(swarm.In(1, 7)));
    }

    [Fact]
    public void Rank_MoreOfOneCountryThanItsShare_ComeAfterAllOthersByScore()
    {
        var byScore = Order(World(12));
        var swarm = World(12);
        foreach (var node in byScore[..9]) swarm.In(node, 0, "DE");
        Assert.Equal([.. byScore[..4], .. byScore[9..], .. byScore[4..9]], Order(swarm));
    }

    /// <summary>Relaxed last to first: the cap of the country gives way before that of the autonomous system.</summary>
    [Fact]
    public void Rank_CrowdedInTheCountryAlone_ComesBeforeThoseInACrowdedSystem()
    {
        var byScore = Order(World(8));
        // The first three fill AS 7 and, with the fourth, DE.
        var swarm = World(8);
        foreach (var node in byScore[..4]) swarm.In(node, node == byScore[3] ? 8u : 7u, "DE");
        swarm.In(byScore[4], 7, "DE").In(byScore[5], 7, "FR").In(byScore[6], 8, "DE").In(byScore[7], 9, "FR");
        Assert.Equal(
            [.. byScore[..4], byScore[7], byScore[6], byScore[5], byScore[4]], Order(swarm));
    }

    /// <summary>Who is crowded in its country uses up no place of its autonomous system.</summary>
    [Fact]
    public void Rank_OneThatWaitsForItsCountry_LeavesItsSystemToTheNext()
    {
        var byScore = Order(World(8));
        var swarm = World(8);
        foreach (var node in byScore[..4]) swarm.In(node, 0, "DE");
        foreach (var node in byScore[4..7]) swarm.In(node, 7, "DE");
        swarm.In(byScore[7], 7, "FR");
        Assert.Equal([.. byScore[..4], byScore[7], byScore[4], byScore[5], byScore[6]], Order(swarm));
    }

    /// <summary>Those behind keep their places when the first has claimed: that is what lets turns add up.</summary>
    [Fact]
    public void Rank_WhenTheFirstClaims_TheOthersMoveUpByOne()
    {
        var random = new SplitMix64(11);
        for (var round = 0; round < 50; round++)
        {
            var swarm = Drawn(random);
            for (var order = Order(swarm); order.Count > 1; order = Order(swarm))
            {
                swarm.Claims(order[0], 0);
                Assert.Equal(order[1..], Order(swarm));
            }
        }
    }

    /// <summary>A copy that leaves keeps its place open to the one who replaces it.</summary>
    [Fact]
    public void Rank_CopyThatLeaves_KeepsNoPlace()
    {
        var byScore = Order(World(4));
        var swarm = World(4).Node(20).Node(21, draining: true).Node(22).In(20, 7).In(21, 7).In(22, 7)
            .Holds(20, 0).Holds(21, 0).Holds(22, 0);
        Assert.Equal(byScore, Order(swarm.In(byScore[0], 7)));
        swarm.Node(21).In(21, 7);
        Assert.Equal([.. byScore[1..], byScore[0]], Order(swarm));
    }

    /// <summary>Nobody waits for a node on probation, and it stands among the others where it would.</summary>
    [Fact]
    public void Rank_OfANodeOnProbation_TakesNobodysPlace()
    {
        var byScore = Order(World(10));
        Assert.Equal(1, RankOf(WithYoung(1).SeenBy(byScore[1])).Rank);
        Assert.Equal([byScore[0], .. byScore[2..4], .. byScore[5..], byScore[4]], Order(WithYoung(1)));
        // Three of its autonomous system, and the five outside.
        Assert.Equal(8, RankOf(WithYoung(3).SeenBy(byScore[3])).Rank);

        Swarm WithYoung(int place)
        {
            var swarm = World(10).Young(byScore[place]);
            foreach (var node in byScore[..5]) swarm.In(node, 7);
            return swarm;
        }
    }

    /// <summary>What one node says is what all planners say, and the outlook.</summary>
    [Fact]
    public void First_OfThePlacement_IsTheFirstInTheOrder()
    {
        var random = new SplitMix64(5);
        for (var round = 0; round < 50; round++)
        {
            var swarm = Drawn(random);
            while (Order(swarm) is { Count: > 0 } order)
            {
                var index = Index(swarm);
                new ModelTally(index, index.View.Models[0]).Count(0, withOwnClaim: true);
                var first = new Placement(index).First(index.View.Models[0].Entry, 0, 1, withProbation: false);
                Assert.Equal(Swarm.Id(order[0]), index.Ids[first]);
                swarm.Claims(order[0], 0);
            }
        }
    }

    [Fact]
    public void Look_LeavesTheCountAsItWas()
    {
        var byScore = Order(World(12));
        var swarm = World(12);
        foreach (var node in byScore[..9]) swarm.In(node, 7, "DE");
        Assert.Equal(3, RankOf(swarm.SeenBy(byScore[9])).Rank);
        Assert.Equal(3, RankOf(swarm.SeenBy(byScore[9]), looks: 3).Rank);
    }

    [Fact]
    public void Share_OfACrowdedNode_SaysWhoHasIt()
    {
        var swarm = World(12);
        for (var node = 2; node <= 13; node++) swarm.In(node, 3320, "DE");
        swarm.Holds(10, 0).Holds(11, 0).Holds(12, 0);
        var last = Order(swarm)[^1];
        Assert.Equal(
            "AS3320 has or fetches 3 of 3 copies that one AS may have of 5", RankOf(swarm.SeenBy(last)).Share?.Words());
        for (var node = 2; node <= 13; node++) swarm.In(node, 0, "DE");
        last = Order(swarm)[^1];
        Assert.Equal(
            "DE has or fetches 3 of 4 copies that one country may have of 5, and others in it come first",
            RankOf(swarm.SeenBy(last)).Share?.Words());
        Assert.Null(RankOf(swarm.SeenBy(Order(swarm)[0])).Share);
    }

    /// <summary>The turns of a hurried class are shorter than a pass: those outside look first.</summary>
    [Fact]
    public void Plan_OfACrowdedNode_WaitsForThoseOutside_AndSaysWhy()
    {
        var swarm = World(12);
        for (var node = 1; node <= 11; node++) swarm.In(node, 7);
        swarm.Holds(2, 0).Holds(3, 0);
        var first = Order(swarm)[2];
        var step = Assert.Single(new Planner().Plan(swarm.SeenBy(first), Swarm.Own(), Swarm.Now).Steps);
        Assert.Equal(PlanAction.Wait, step.Action);
        // Nodes 12 and 13 are outside, and two copies are wanted: its turn is the second, and later by two passes.
        var wait = step.DueInMs - Pace.Drill.Take(step.Urgency).ConfirmMs;
        var least = Pace.Drill.Take(step.Urgency).StepMs + (2 * Pace.Drill.PlanMs);
        Assert.InRange(wait, least, least + Pace.Drill.Take(step.Urgency).StepMs);

        var planner = new Planner();
        planner.Plan(swarm.SeenBy(first), Swarm.Own(), Swarm.Now);
        var later = new Instant(Swarm.NowMs + Pace.Drill.Take(step.Urgency).ConfirmMs, Swarm.Now.UnixMs);
        const string reason = "number 3 in the order, as AS7 has or fetches 3 of 3 copies that one AS may have of 5: "
            + "acts when those before it do not";
        Assert.Equal(reason, planner.Plan(swarm.SeenBy(first), Swarm.Own(), later).Steps[0].Reason);
    }

    [Fact]
    public void Plan_OfACrowdedNodeWithNobodyOutside_DoesNotWaitLonger()
    {
        var swarm = World(12);
        for (var node = 1; node <= 13; node++) swarm.In(node, 7);
        swarm.Holds(2, 0).Holds(3, 0);
        var first = Order(swarm)[0];
        var step = Assert.Single(new Planner().Plan(swarm.SeenBy(first), Swarm.Own(), Swarm.Now).Steps);
        var waits = Pace.Drill.Take(step.Urgency);
        Assert.InRange(step.DueInMs, 0, waits.ConfirmMs + waits.StepMs - 1);
    }

    /// <summary>Five copies wanted of one slice that node 1 holds, and so many candidates: nodes 2 and up.</summary>
    private static Swarm World(int candidates) => new Swarm().Wanting(5, DomainRule.Subnet).With(Swarm.Model(0, 1))
        .Node(1).Holds(1, 0).Nodes(2, candidates + 1);

    /// <summary>Fourteen candidates, and where each says that it is.</summary>
    private static Swarm Drawn(SplitMix64 random)
    {
        var swarm = World(14);
        for (var node = 1; node <= 15; node++)
            swarm.In(node, (uint)random.Below(4), _countries[(int)random.Below(3)]);
        return swarm;
    }

    private static NodeIndex Index(Swarm swarm) => new(swarm.SeenBy(99), Swarm.Now);

    /// <summary>The candidates by their own rank, each in its own view; of no two it is the same.</summary>
    private static List<int> Order(Swarm swarm)
    {
        var ranks = new SortedDictionary<int, int>();
        var index = Index(swarm);
        new ModelTally(index, index.View.Models[0]).Count(0, withOwnClaim: true);
        for (var number = 1; number <= 30; number++)
        {
            var node = index.Find(Swarm.Id(number));
            if (node < 0 || index.IsHolding(node) || index.Room[node] < 0 || index.Young[node]) continue;
            ranks.Add(RankOf(swarm.SeenBy(number)).Rank, number);
        }
        Assert.Equal(Enumerable.Range(0, ranks.Count), ranks.Keys);
        return [.. ranks.Values];
    }

    private static TakerCount RankOf(SwarmView view, int looks = 1)
    {
        var index = new NodeIndex(view, Swarm.Now);
        new ModelTally(index, view.Models[0]).Count(0, withOwnClaim: false);
        var takers = new Takers(index, Swarm.Own());
        takers.Enter(view.Models[0].Entry, 0);
        for (; looks > 1; looks--) takers.Look(1);
        return takers.Look(1);
    }
}
