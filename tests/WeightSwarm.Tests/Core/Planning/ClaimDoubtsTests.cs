using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>Who asks whom for proof. Node 1 holds the slice, node 2 claims it, and two copies are wanted; pace drill,
/// where a claim on a last copy counts for ten seconds.</summary>
public sealed class ClaimDoubtsTests
{
    private const int Claimant = 2, Last = 12;
    private static readonly Entry _model = Swarm.Model(0, slices: 1);
    private static readonly long _ttl = Pace.Drill.U0.ClaimTtlMs;

    private static Swarm Claimed(long agoMs, int copies = 2) => new Swarm().Wanting(copies).With(_model)
        .Nodes(1, Last).Holds(1, 0).Claims(Claimant, 0, score: 1, quietMs: agoMs);

    private static Plan PlanOf(SwarmView view, OwnSituation? own = null) =>
        new Planner().Plan(view, own ?? Swarm.Own(), Swarm.Now);

    private static List<int> Askers(Swarm swarm) => [.. Enumerable.Range(1, Last)
        .Where(node => !PlanOf(swarm.SeenBy(node), SituationOf(node)).Doubts.IsEmpty)];

    private static OwnSituation SituationOf(int node) => Swarm.Own() with
    {
        Held = node == 1 ? Swarm.Own().Held.Add(_model.ModelId, SliceSet.Of([0])) : Swarm.Own().Held,
        Fetching = node == Claimant
            ? Swarm.Own().Fetching.Add(_model.ModelId, SliceSet.Of([0])) : Swarm.Own().Fetching,
    };

    [Fact]
    public void Doubts_AreThreeNodes_TheFirstWhoWouldAct()
    {
        var askers = Askers(Claimed(_ttl / 2));
        Assert.Equal(ClaimDoubts.Askers, askers.Count);
        Assert.DoesNotContain(1, askers);
        Assert.DoesNotContain(Claimant, askers);
        // The same three stand first when the claim is not there.
        var without = new Swarm().Wanting(2).With(_model).Nodes(1, Last).Holds(1, 0).Nodes(Claimant, Claimant, free: 0);
        var order = Enumerable.Range(3, Last - 2).OrderBy(node => PlanOf(without.SeenBy(node)).Steps.Single().DueInMs);
        Assert.Equal(order.Take(3).Order(), askers);
    }

    [Fact]
    public void Doubt_NamesTheClaimAndItsPatience()
    {
        var swarm = Claimed(_ttl / 2);
        var doubt = Assert.Single(PlanOf(swarm.SeenBy(Askers(swarm)[0])).Doubts);
        Assert.Equal(new ClaimDoubt(new CopyKey(Swarm.Id(Claimant), _model.ModelId, 0), _ttl), doubt);
    }

    [Fact]
    public void Doubts_BeforeHalfThePatienceIsOver_AreNone() => Assert.Empty(Askers(Claimed(_ttl / 2 - 1)));

    [Fact]
    public void Doubts_WhileCopiesAreWantedAnyway_AreNone() => Assert.Empty(Askers(Claimed(_ttl / 2, copies: 4)));

    [Fact]
    public void Doubts_OfOneWhoCouldNotActOrDoubtsItself_AreNone()
    {
        var swarm = Claimed(_ttl / 2);
        var view = swarm.SeenBy(Askers(swarm)[0]);
        Assert.NotEmpty(PlanOf(view).Doubts);
        foreach (var own in (OwnSituation[])[
            Swarm.Own() with { RoomBytes = 1 }, Swarm.Own() with { Draining = true },
            Swarm.Own() with { InStartupQuiet = true }, Swarm.Own() with { Health = PlanPass.SickHealth },
            Swarm.Own() with { IsCloned = true }])
            Assert.Empty(PlanOf(view, own).Doubts);
    }

    [Fact]
    public void Claim_ThatIsDoubted_IsAskedOn_WhoeverStandsFirst()
    {
        var swarm = Claimed(_ttl / 2);
        var last = Enumerable.Range(3, Last - 2).Except(Askers(swarm)).First();
        var view = swarm.SeenBy(last);
        Assert.Empty(PlanOf(view).Doubts);
        Assert.Single(PlanOf(With(view, claim => claim with { IsDoubted = true })).Doubts);
    }

    [Fact]
    public void Claim_ThatWasDisproved_CountsForNothing_AndItsAuthorIsNotWaitedFor()
    {
        var swarm = Claimed(1);
        var view = swarm.SeenBy(Askers(Claimed(_ttl / 2))[0]);
        Assert.Empty(PlanOf(view).Steps);
        var step = Assert.Single(PlanOf(With(view, claim => claim with { IsDisproved = true })).Steps);
        Assert.Contains(step.Action, (PlanAction[])[PlanAction.Wait, PlanAction.Take]);
        var why = SliceCounter.Explain(
            With(view, claim => claim with { IsDisproved = true }).Models[0], 0, view, Swarm.Now);
        Assert.Contains(why.Copies, copy => copy.Node == Swarm.Id(Claimant) &&
            copy.Reason.Contains("cannot show it", StringComparison.Ordinal));
    }

    private static SwarmView With(SwarmView view, Func<SliceClaim, SliceClaim> change) =>
        view with { Models = [.. view.Models.Select(m => m with { Claims = [.. m.Claims.Select(change)] })] };
}
