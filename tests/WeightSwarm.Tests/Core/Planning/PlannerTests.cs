using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>Node 1 is the one that plans, unless a test says otherwise; node 9 is the one that holds.</summary>
public sealed class PlannerTests
{
    private const long Slice = 64 << 20;

    private static Swarm OneSlice(int copies = 2, DomainRule domains = DomainRule.Node) =>
        new Swarm().Wanting(copies, domains).With(Swarm.Model(0, 1)).Node(1).Node(9).Holds(9, 0);

    private static PlanStep Step(Swarm swarm, OwnSituation? own = null, long afterMs = 0, Planner? planner = null) =>
        Assert.Single((planner ?? new Planner())
            .Plan(swarm.SeenBy(1), own ?? Swarm.Own(), Swarm.Now.Plus(afterMs)).Steps);

    /// <summary>What the same planner says once every wait of its turn is over.</summary>
    private static PlanStep StepWhenDue(Swarm swarm, OwnSituation? own = null)
    {
        var planner = new Planner();
        var step = Step(swarm, own, 0, planner);
        return step.Action == PlanAction.Wait ? Step(swarm, own, step.DueInMs, planner) : step;
    }

    [Fact]
    public void Plan_MissingCopyAndNobodyElse_Takes()
    {
        var step = StepWhenDue(OneSlice());
        Assert.Equal((PlanAction.Take, Urgency.U0, Slice), (step.Action, step.Urgency, step.Bytes));
        Assert.Equal("1 copy of 2 counted, 1 recent, 1 online, 0 claims: 1 more wanted", step.Reason);
    }

    [Fact]
    public void Plan_EnoughCopies_SaysNothing() =>
        Assert.Empty(new Planner().Plan(OneSlice(1).SeenBy(1), Swarm.Own(), Swarm.Now).Steps);

    [Fact]
    public void Plan_HeldAndEnough_Keeps()
    {
        var step = Step(OneSlice(2).Holds(1, 0), Swarm.Own(held: SliceSet.All(1)));
        Assert.Equal((PlanAction.Keep, "held; 2 copies of 2 counted"), (step.Action, step.Reason));
    }

    [Fact]
    public void Plan_FirstInTheOrder_TakesWithinTheJitter()
    {
        var step = Step(OneSlice());
        Assert.Equal(PlanAction.Wait, step.Action);
        Assert.InRange(step.DueInMs, 0, Pace.Drill.U0.StepMs / 5);
    }

    [Fact]
    public void Plan_PlacesInTheOrder_AreTakenOneStepApart()
    {
        // Five nodes that could help, one copy wanted: their waits are the places 0 to 4, whoever looks.
        var swarm = OneSlice().Nodes(2, 5);
        var slots = Enumerable.Range(1, 5).Select(viewer =>
            Assert.Single(new Planner().Plan(swarm.SeenBy(viewer), Swarm.Own(), Swarm.Now).Steps).DueInMs / 1000);
        Assert.Equal([0L, 1, 2, 3, 4], slots.Order());
    }

    [Fact]
    public void Plan_SeveralCopiesWanted_FirstPlacesActTogether()
    {
        var swarm = OneSlice(4).Nodes(2, 5);
        var slots = Enumerable.Range(1, 5).Select(viewer =>
            Assert.Single(new Planner().Plan(swarm.SeenBy(viewer), Swarm.Own(), Swarm.Now).Steps).DueInMs / 1000);
        Assert.Equal([0L, 0, 0, 1, 2], slots.Order());
    }

    [Fact]
    public void Plan_ShortOfRoom_PlacesOneLayerAtATime()
    {
        // Three nodes with room for one slice and a half, three slices, and two more copies wanted of each.
        var swarm = new Swarm().Wanting(3).With(Swarm.Model(0, 3)).Nodes(1, 3, free: Slice * 3 / 2)
            .Node(9).Holds(9, 0, 1, 2);
        var waits = Enumerable.Range(1, 3).Select(viewer => new Planner()
            .Plan(swarm.SeenBy(viewer), Swarm.Own(Slice * 3 / 2), Swarm.Now).Steps.Max(s => s.DueInMs) / 1000);
        Assert.Equal([0L, 1, 2], waits.Order());
    }

    [Fact]
    public void Plan_ClaimSeen_LeavesTheTurnsOfTheOthersAlone()
    {
        var swarm = OneSlice(3).Nodes(2, 5);
        for (var viewer = 1; viewer <= 5; viewer++)
        {
            var before = Assert.Single(new Planner().Plan(swarm.SeenBy(viewer), Swarm.Own(), Swarm.Now).Steps);
            if (before.DueInMs < 1000) continue;
            // Once one of the first two has claimed, one copy is wanted of one candidate fewer.
            var first = Enumerable.Range(1, 5).First(n => n != viewer && IsFirst(swarm, n));
            var after = Assert.Single(new Planner().Plan(
                OneSlice(3).Nodes(2, 5).Claims(first, 0).SeenBy(viewer), Swarm.Own(), Swarm.Now).Steps);
            Assert.Equal(before.DueInMs, after.DueInMs);
        }
    }

    private static bool IsFirst(Swarm swarm, int node) =>
        Assert.Single(new Planner().Plan(swarm.SeenBy(node), Swarm.Own(), Swarm.Now).Steps).DueInMs < 1000;

    [Fact]
    public void Plan_ClassWithConfirmation_WaitsForItFirst()
    {
        var swarm = OneSlice(4).Node(8).Holds(8, 0).Node(7).Holds(7, 0);
        var planner = new Planner();
        var step = Step(swarm, planner: planner);
        Assert.Equal(
            (PlanAction.Wait, Urgency.U2, "waits 1 s to be sure of it"), (step.Action, step.Urgency, step.Reason));
        Assert.Equal(PlanAction.Wait, Step(swarm, null, 999, planner).Action);
        Assert.Equal(PlanAction.Take, Step(swarm, null, 1_400, planner).Action);
    }

    [Fact]
    public void Plan_DeficitThatWentAway_IsForgotten()
    {
        var planner = new Planner();
        var thin = OneSlice(4).Node(8).Holds(8, 0).Node(7).Holds(7, 0);
        Step(thin, planner: planner);
        Assert.Equal(1, planner.Waiting);
        Assert.Empty(planner.Plan(OneSlice(1).SeenBy(1), Swarm.Own(), Swarm.Now.Plus(500)).Steps);
        Assert.Equal(0, planner.Waiting);
        Assert.Equal(PlanAction.Wait, Step(thin, null, 1_400, planner).Action);
    }

    [Fact]
    public void Plan_NoSource_IsBlockedAndNotWaitedFor()
    {
        var planner = new Planner();
        var swarm = new Swarm().Wanting(2).With(Swarm.Model(0, 1)).Node(1).Node(9, absentMs: 12_000).Holds(9, 0);
        var step = Step(swarm, planner: planner);
        Assert.Equal(PlanAction.Blocked, step.Action);
        Assert.Equal("no source: no holder is present, the last was seen 12 s ago", step.Reason);
        Assert.Equal(0, planner.Waiting);
    }

    [Fact]
    public void Plan_NobodyHolds_IsLost()
    {
        var step = Step(new Swarm().Wanting(2).With(Swarm.Model(0, 1)).Node(1).Node(9));
        Assert.Equal((PlanAction.Blocked, "lost: no known holder"), (step.Action, step.Reason));
    }

    [Fact]
    public void Plan_NobodyHoldsButThereIsAnOrigin_TakesAndCountsNothing()
    {
        var own = Swarm.Own() with { Origins = [Swarm.Model(0, 1).ModelId] };
        var swarm = new Swarm().Wanting(2).With(Swarm.Model(0, 1)).Node(1).Node(9);
        var step = StepWhenDue(swarm, own);
        Assert.Equal((PlanAction.Take, Urgency.U0), (step.Action, step.Urgency));
        Assert.StartsWith("0 copies of 2 counted, 0 recent, 0 online", step.Reason, StringComparison.Ordinal);
        Assert.Equal(PlanAction.Blocked, StepWhenDue(swarm, own with { Origins = [Swarm.Model(1, 1).ModelId] }).Action);
    }

    [Fact]
    public void Plan_HoldersWithoutRecords_IsNoSource() =>
        Assert.Equal("no source: no holder has a live record",
            Step(new Swarm().Wanting(2).With(Swarm.Model(0, 1)).Node(1).Holds(9, 0)).Reason);

    [Fact]
    public void Plan_NoRoomHereButElsewhere_SaysHowMuchIsMissing()
    {
        var step = Step(OneSlice().Node(2), Swarm.Own(room: 14_200_000));
        Assert.Equal(
            (PlanAction.Blocked, "no room: the slice takes 67.1 MB, 14.2 MB are free"), (step.Action, step.Reason));
    }

    /// <summary>A model that lies in a full donation grows there alone, whatever room another donation has.</summary>
    [Fact]
    public void Plan_NoRoomWhereTheModelLies_IsBlockedAndOthersAreNot()
    {
        var swarm = OneSlice().Node(2);
        var model = Swarm.Model(0, 1).ModelId;
        var rooms = ImmutableSortedDictionary<Hash256, long>.Empty.Add(model, 14_200_000);
        var step = Step(swarm, Swarm.Own() with { ModelRooms = rooms });
        const string reason = "no room where the model lies already: the slice takes 67.1 MB, 14.2 MB are free there";
        Assert.Equal((PlanAction.Blocked, reason), (step.Action, step.Reason));
        var other = rooms.Remove(model).Add(Swarm.Model(1, 1).ModelId, 0);
        Assert.NotEqual(PlanAction.Blocked, Step(swarm, Swarm.Own() with { ModelRooms = other }).Action);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1_000, "1.0 kB")]
    [InlineData(999_999_999, "999.9 MB")]
    [InlineData(1_000_000_000, "1.0 GB")]
    public void Plan_NoRoom_GivesSizesInDecimalUnits(long room, string words)
    {
        var swarm = new Swarm().Wanting(2).With(Swarm.Model(0, 1, 1L << 40))
            .Nodes(1, 2, free: 1L << 41).Node(9).Holds(9, 0);
        Assert.Equal($"no room: the slice takes 1.0 TB, {words} are free", Step(swarm, Swarm.Own(room)).Reason);
    }

    [Fact]
    public void Plan_NoRoomAnywhere_SaysThatNobodyHas()
    {
        var step = Step(OneSlice().Nodes(2, 5, free: 1_000_000), Swarm.Own(room: 1_000_000));
        Assert.Equal("nobody has room: all 5 nodes that could take it are full", step.Reason);
    }

    [Fact]
    public void Plan_HeldButThin_SaysThatItHoldsIt()
    {
        var step = Step(OneSlice(3).Holds(1, 0), Swarm.Own(held: SliceSet.All(1)));
        Assert.Equal((PlanAction.Blocked, "holds it already"), (step.Action, step.Reason));
    }

    [Fact]
    public void Plan_CopyInTheSameDomain_IsBlocked()
    {
        const string Subnet = "v4:203.0.113.0/24";
        var step = Step(OneSlice(2, DomainRule.Subnet).Node(1, subnet: Subnet).Node(9, subnet: Subnet));
        Assert.Equal("another copy in the same subnet 203.0.113.0/24", step.Reason);
    }

    [Fact]
    public void Plan_CandidateInADomainWithACopy_IsNotWaitedFor()
    {
        var swarm = OneSlice(2, DomainRule.Subnet).Node(9, site: "attic").Nodes(2, 5);
        for (var node = 2; node <= 5; node++) swarm.Node(node, site: "attic");
        Assert.InRange(Step(swarm).DueInMs, 0, 200);
    }

    [Theory]
    [InlineData("absent")]
    [InlineData("draining")]
    [InlineData("closed")]
    [InlineData("full")]
    [InlineData("claims")]
    public void Plan_CandidatesThatCannotHelp_AreNotWaitedFor(string why)
    {
        var swarm = OneSlice(8);
        for (var node = 2; node <= 8; node++)
        {
            if (why == "absent") swarm.Node(node, absentMs: 1_000);
            if (why == "draining") swarm.Node(node, draining: true);
            if (why == "closed") swarm.Node(node, closed: true);
            if (why == "full") swarm.Node(node, free: 1_000);
            if (why == "claims" && node < 8) swarm.Node(node).Claims(node, 0);
        }
        Assert.InRange(Step(swarm).DueInMs, 0, 200);
    }

    [Theory]
    [InlineData("health", "local health is 3 of 8: this node may be the one that is slow")]
    [InlineData("quiet", "just started: judges nobody yet")]
    public void Plan_NodeThatDoubtsItself_Waits(string gate, string reason)
    {
        var own = gate == "health" ? Swarm.Own() with { Health = 3 } : Swarm.Own() with { InStartupQuiet = true };
        var step = Step(OneSlice(), own, 5_000);
        Assert.Equal((PlanAction.Wait, reason, Pace.Drill.PlanMs), (step.Action, step.Reason, step.DueInMs));
    }

    [Fact]
    public void Plan_StormBreakerOpen_RunsOnlyUrgentWork()
    {
        var own = Swarm.Own() with { StormBreakerOpen = true };
        Assert.Equal(PlanAction.Take, StepWhenDue(OneSlice(4), own).Action);
        Assert.Equal(PlanAction.Take, StepWhenDue(OneSlice(4).Node(8).Holds(8, 0), own).Action);
        var step = StepWhenDue(OneSlice(4).Node(8).Holds(8, 0).Node(7).Holds(7, 0), own);
        Assert.Equal((PlanAction.Wait, "storm breaker is open: only U0 and U1 run"), (step.Action, step.Reason));
    }

    [Fact]
    public void Plan_StormPasses_StartsWithTheConfirmationAgain()
    {
        var planner = new Planner();
        var swarm = OneSlice(4).Node(8).Holds(8, 0).Node(7).Holds(7, 0);
        Step(swarm, null, 0, planner);
        Step(swarm, Swarm.Own() with { StormBreakerOpen = true }, 5_000, planner);
        Assert.Equal("waits 1 s to be sure of it", Step(swarm, null, 9_000, planner).Reason);
    }

    [Fact]
    public void Plan_Draining_TakesNothingAndCancels()
    {
        var own = Swarm.Own() with { Draining = true };
        Assert.Equal((PlanAction.Blocked, "draining: takes nothing new"),
            (Step(OneSlice(), own).Action, Step(OneSlice(), own).Reason));
        Assert.Equal(PlanAction.Cancel,
            Step(OneSlice(), Swarm.Own(fetching: SliceSet.All(1)) with { Draining = true }).Action);
    }

    [Fact]
    public void Plan_OwnerClosedTheNode_IsBlocked() =>
        Assert.Equal("takes nothing new, as its owner set it", Step(OneSlice().Node(1, closed: true)).Reason);

    [Fact]
    public void Plan_UrgentFirst_ThenFewestCopies()
    {
        var swarm = new Swarm().Wanting(6).With(Swarm.Model(0, 4)).Node(1).Nodes(6, 9)
            .Holds(9, 0, 1, 2, 3).Holds(8, 0, 1, 3).Holds(7, 0, 3).Holds(6, 3);
        var steps = new Planner().Plan(swarm.SeenBy(1), Swarm.Own(), Swarm.Now).Steps;
        Assert.Equal([2, 1, 0, 3], steps.Select(s => s.Slice));
        Assert.Equal([Urgency.U0, Urgency.U1, Urgency.U2, Urgency.U2], steps.Select(s => s.Urgency));
    }

    [Fact]
    public void Plan_RoomForOne_TakesOne()
    {
        var swarm = new Swarm().Wanting(2).With(Swarm.Model(0, 3)).Node(1).Node(9).Holds(9, 0, 1, 2);
        var planner = new Planner();
        planner.Plan(swarm.SeenBy(1), Swarm.Own(Slice + 1), Swarm.Now);
        var steps = planner.Plan(swarm.SeenBy(1), Swarm.Own(Slice + 1), Swarm.Now.Plus(1_000)).Steps;
        Assert.Equal([PlanAction.Take, PlanAction.Blocked, PlanAction.Blocked], steps.Select(s => s.Action));
    }

    [Fact]
    public void Plan_RoomScarce_IsKeptForTheSliceWithFewerCopies()
    {
        // Slice 0 has one copy and others come first for it; slice 1 has two, and it is this node's turn at once.
        for (var pair = 0; pair < 60; pair++)
        {
            var (single, second) = (Swarm.Model(2 * pair, 1), Swarm.Model(2 * pair + 1, 1));
            var swarm = new Swarm().Wanting(3).With(single).With(second).Nodes(1, 2).Node(8).Node(9)
                .Holds(9, 0).Holding(9, [0], [], model: 1).Holding(8, [0], [], model: 1);
            var planner = new Planner();
            planner.Plan(swarm.SeenBy(1), Swarm.Own(Slice), Swarm.Now);
            var steps = planner.Plan(swarm.SeenBy(1), Swarm.Own(Slice), Swarm.Now.Plus(720)).Steps;
            Assert.True(steps[0].Model == single.ModelId, "the slice with one copy comes first");
            if (steps[0].Action == PlanAction.Take) continue;
            Assert.DoesNotContain(steps, s => s.Action == PlanAction.Take);
            if (steps[1].Reason == "its room is kept for slices with fewer copies") return;
        }
        Assert.Fail("no arrangement had this node later for the first slice and first for the second");
    }

    [Fact]
    public void Plan_LargeSlices_AreClaimedByCount()
    {
        var swarm = new Swarm().Wanting(2).With(Swarm.Model(0, 6, 1L << 30)).Node(1).Node(9).Holds(9, 0, 1, 2, 3, 4, 5);
        Assert.Equal(1, Taken(swarm, Swarm.Own(room: 90L << 30)));
        Assert.Equal(2, Taken(swarm, Swarm.Own(room: 150L << 30)));
        Assert.Equal(4, Taken(swarm, Swarm.Own(room: 1L << 40)));
    }

    [Fact]
    public void Plan_SmallSlices_AreClaimedByBytes()
    {
        var holder = Enumerable.Range(0, 40).ToArray();
        var small = new Swarm().Wanting(2).With(Swarm.Model(0, 40)).Node(1).Node(9).Holds(9, holder);
        Assert.Equal(16, Taken(small, Swarm.Own(room: 90L << 30)));
        Assert.Equal(4, Taken(small, Swarm.Own(room: 90L << 30) with { ClaimLimit = 1 }));
        Assert.Equal(0, Taken(small, Swarm.Own(room: 90L << 30) with { ClaimLimit = 0 }));
        Assert.Equal(14, Taken(small, Swarm.Own(room: 90L << 30, fetching: SliceSet.Of([0, 1]))));
        var half = new Swarm().Wanting(2).With(Swarm.Model(0, 40, 256 << 20)).Node(1).Node(9).Holds(9, holder);
        Assert.Equal(4, Taken(half, Swarm.Own(room: 90L << 30)));
        Assert.Equal(16, Taken(half, Swarm.Own(room: 1L << 40) with { StormBreakerOpen = true }));
        half = half.Wanting(3).Node(8).Holds(8, holder);
        Assert.Equal(4, Taken(half, Swarm.Own(room: 1L << 40) with { StormBreakerOpen = true }));
    }

    [Fact]
    public void Plan_SliceLargerThanTheBudget_IsClaimedAlone()
    {
        var swarm = new Swarm().Wanting(2).With(Swarm.Model(0, 3, 8L << 30)).Node(1).Node(9).Holds(9, 0, 1, 2);
        Assert.Equal(1, Taken(swarm, Swarm.Own(room: 90L << 30)));
    }

    private static int Taken(Swarm swarm, OwnSituation own)
    {
        var planner = new Planner();
        planner.Plan(swarm.SeenBy(1), own, Swarm.Now);
        return planner.Plan(swarm.SeenBy(1), own, Swarm.Now.Plus(60_000)).Steps.Count(s => s.Action == PlanAction.Take);
    }

    [Fact]
    public void Plan_Fetching_GoesOn()
    {
        var swarm = OneSlice().Claims(1, 0, score: 5, progress: 30);
        var step = Step(swarm, Swarm.Own(fetching: SliceSet.All(1)));
        Assert.Equal((PlanAction.Fetch, "being fetched, 30 % done", 5UL), (step.Action, step.Reason, step.Score));
    }

    [Theory]
    [InlineData(4, 30, PlanAction.Cancel)]
    [InlineData(4, 89, PlanAction.Cancel)]
    [InlineData(4, 90, PlanAction.Fetch)]
    [InlineData(6, 30, PlanAction.Fetch)]
    public void Plan_FetchingBesideAnother_YieldsToTheBetterClaim(ulong otherScore, int progress, PlanAction action)
    {
        var swarm = OneSlice().Node(2).Claims(1, 0, score: 5, progress: progress).Claims(2, 0, score: otherScore);
        Assert.Equal(action, Step(swarm, Swarm.Own(fetching: SliceSet.All(1))).Action);
    }

    [Fact]
    public void Plan_FetchingWhereBothAreWanted_GoesOn()
    {
        var swarm = OneSlice(3).Node(2).Claims(1, 0, score: 5).Claims(2, 0, score: 4);
        Assert.Equal(PlanAction.Fetch, Step(swarm, Swarm.Own(fetching: SliceSet.All(1))).Action);
    }

    [Fact]
    public void Plan_FetchingBesideAStalledBetterClaim_GoesOn()
    {
        var swarm = OneSlice().Node(2).Claims(1, 0, score: 5).Claims(2, 0, score: 4, quietMs: 10_001);
        Assert.Equal(PlanAction.Fetch, Step(swarm, Swarm.Own(fetching: SliceSet.All(1))).Action);
    }

    [Fact]
    public void Plan_FetchingWhatIsNoLongerWanted_Cancels()
    {
        var swarm = OneSlice().Node(2).Holds(2, 0).Claims(1, 0, score: 5, progress: 30);
        var step = Step(swarm, Swarm.Own(fetching: SliceSet.All(1)));
        Assert.Equal((PlanAction.Cancel, "no longer wanted: enough copies are counted"), (step.Action, step.Reason));
        var quiet = Swarm.Own(fetching: SliceSet.All(1)) with { InStartupQuiet = true };
        Assert.Equal(PlanAction.Fetch, Step(swarm, quiet).Action);
    }

    [Fact]
    public void Plan_FetchingBesideABetterClaimInTheSameDomain_Cancels()
    {
        var swarm = OneSlice(5, DomainRule.Subnet).Node(1, site: "attic").Node(2, site: "attic")
            .Claims(1, 0, score: 5).Claims(2, 0, score: 4);
        var step = Step(swarm, Swarm.Own(fetching: SliceSet.All(1)));
        Assert.Equal((PlanAction.Cancel, "a better claim in the same site attic"), (step.Action, step.Reason));
        var worse = OneSlice(5, DomainRule.Subnet).Node(1, site: "attic").Node(2, site: "attic")
            .Claims(1, 0, score: 5).Claims(2, 0, score: 6);
        Assert.Equal(PlanAction.Fetch, Step(worse, Swarm.Own(fetching: SliceSet.All(1))).Action);
    }

    [Fact]
    public void Plan_FetchingOfAWithdrawnModel_Cancels()
    {
        var swarm = new Swarm().Wanting(2).Node(1);
        var step = Step(swarm, Swarm.Own(fetching: SliceSet.All(1)));
        Assert.Equal((PlanAction.Cancel, "no longer in the catalogue"), (step.Action, step.Reason));
        var quiet = Swarm.Own(fetching: SliceSet.All(1)) with { InStartupQuiet = true };
        Assert.Empty(new Planner().Plan(swarm.SeenBy(1), quiet, Swarm.Now).Steps);
    }

    [Fact]
    public void Plan_OwnClaimFromBeforeARestart_DoesNotHoldItBack() =>
        Assert.Equal(PlanAction.Take, StepWhenDue(OneSlice().Claims(1, 0)).Action);

    [Fact]
    public void Plan_NodeWithoutARecordYet_StillPlans()
    {
        var swarm = new Swarm().Wanting(2).With(Swarm.Model(0, 1)).Node(9).Holds(9, 0);
        Assert.Equal(PlanAction.Take, StepWhenDue(swarm).Action);
    }

    [Fact]
    public void Plan_SameInput_IsTheSamePlan()
    {
        var swarm = new Swarm().Wanting(5).With(Swarm.Model(0, 30)).Nodes(1, 40).Holds(9, [.. Enumerable.Range(0, 30)]);
        var first = new Planner().Plan(swarm.SeenBy(1), Swarm.Own(), Swarm.Now);
        var second = new Planner().Plan(swarm.SeenBy(1), Swarm.Own(), Swarm.Now);
        Assert.Equal(first.Steps.AsEnumerable(), second.Steps);
    }
}
