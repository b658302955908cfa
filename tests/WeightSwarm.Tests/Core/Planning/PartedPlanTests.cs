using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>A network of eight buckets; node 1 is the one that plans, node 9 the one that holds.</summary>
public sealed class PartedPlanTests
{
    private const int Bits = 3;
    private static readonly int _bucket = Bucket.Of(Swarm.Model(0, 1).ModelId, Bits);

    private static SwarmView View(Swarm swarm, Func<int, int[]> buckets, bool watched = true)
    {
        var view = swarm.SeenBy(1);
        return view with
        {
            BucketBits = Bits,
            WatchesAll = false,
            Models = [.. view.Models.Select(m => m with { IsWatched = watched })],
            Nodes = view.Nodes.ToDictionary(n => n.Key, n => n.Value with { Buckets = [.. buckets(Number(n.Key))] })
                .ToImmutableSortedDictionary(),
        };
    }

    private static int Number(WeightSwarm.Core.Identity.NodeId id) =>
        Enumerable.Range(1, 200).First(n => Swarm.Id(n) == id);

    private static Swarm Nodes(int count, int copies = 2)
    {
        var swarm = new Swarm().Wanting(copies).With(Swarm.Model(0, 1));
        for (var node = 1; node <= count; node++) swarm.Node(node);
        return swarm;
    }

    [Fact]
    public void Plan_OfAModelThatOthersWatch_SaysNothingOfIt()
    {
        var swarm = Nodes(9).Holds(9, 0);
        var own = Swarm.Own();
        Assert.NotEmpty(new Planner().Plan(View(swarm, _ => []), own, Swarm.Now).Steps);
        var others = View(swarm, _ => [], watched: false);
        Assert.Empty(new Planner().Plan(others, own, Swarm.Now).Steps);
        Assert.Empty(HealthReport.Of(others, Swarm.Now).Models);
        // What is under way is not given up as if the model had left the catalogue.
        Assert.Empty(new Planner().Plan(others, Swarm.Own(fetching: SliceSet.All(1)), Swarm.Now).Steps);
    }

    /// <summary>A hundred nodes come before it in the order, but none hears of the model: its turn is now.</summary>
    [Fact]
    public void Plan_WithTakersWhoDoNotHearOfTheModel_DoesNotWaitForThem()
    {
        var swarm = Nodes(120, copies: 3).Holds(9, 0);
        var deaf = new Planner().Plan(
            View(swarm, n => n is 1 or 9 ? [_bucket] : [(_bucket + 1) % 8]), Swarm.Own(), Swarm.Now).Steps;
        var all = new Planner().Plan(View(swarm, _ => [_bucket]), Swarm.Own(), Swarm.Now).Steps;
        var (waits, longer) = (Assert.Single(deaf).DueInMs, Assert.Single(all).DueInMs);
        Assert.InRange(waits, 0, Pace.Drill.U1.ConfirmMs + Pace.Drill.U1.StepMs);
        Assert.True(longer > waits + Pace.Drill.U1.StepMs, $"{longer} ms with them, {waits} ms without");
    }

    /// <summary>The outlook gives the copies to those who hear of the model; to others only where none of them is
    /// left.</summary>
    [Theory]
    [InlineData(5, 0)]
    [InlineData(1, 1)]
    public void First_OfThePlacement_IsOneWhoHearsOfTheModel(int listeners, int deaf)
    {
        var swarm = Nodes(120, copies: 3).Holds(9, 0);
        var view = View(swarm, n => n >= 10 && n < 10 + listeners ? [_bucket] : [(_bucket + 1) % 8]);
        var index = new NodeIndex(view, Swarm.Now);
        var (tally, placement) = (new ModelTally(index, view.Models[0]), new Placement(index));
        tally.Count(0, withOwnClaim: true);
        var taken = new List<int>();
        for (var copy = 0; copy < 2; copy++)
        {
            var node = placement.First(view.Models[0].Entry, 0, 1, withProbation: false);
            index.MarkHolding(node);
            taken.Add(node);
        }
        Assert.Equal(deaf, taken.Count(node => !index.HearsOf(node, _bucket)));
    }

    [Fact]
    public void Relief_WhereTakersAreFew_AsksOfTheFirstInTheOrderAsManyAsAreMissing()
    {
        static int[] BucketsOf(int node) => [Bucket.DutyOf(Swarm.Id(node), Bits)];
        var nodes = Enumerable.Range(1, 60).ToList();
        var takers = nodes.Count(n => BucketsOf(n).Contains(_bucket));
        var copies = (takers + 3) / 2;
        var swarm = Nodes(60, copies);
        List<int> joined = [];
        foreach (var node in nodes.Where(n => !BucketsOf(n).Contains(_bucket)))
        {
            var own = new Subscriptions(Swarm.Id(node), new BucketRules(1, 0, Bits), 0);
            own.Part([], Pace.Real, Swarm.Now);
            var view = View(swarm, BucketsOf) with { Self = Swarm.Id(node) };
            if (Relief.Of(view, own, Swarm.Now).Contains(_bucket)) joined.Add(node);
        }
        Assert.InRange(joined.Count, 2, 3);
        Assert.Equal(nodes.Where(n => !BucketsOf(n).Contains(_bucket)).OrderBy(n => Bucket.Score(Swarm.Id(n), _bucket))
            .Take(2 * copies - takers).Order(), joined);
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(4, true)]
    public void Relief_OfOneThatHelps_StaysWhileItIsNeeded(int takers, bool stays)
    {
        var view = View(Nodes(20), n => n <= takers ? [_bucket] : [(_bucket + 1) % 8]);
        var own = new Subscriptions(Swarm.Id(1), new BucketRules(1, 0, Bits), 0);
        own.Part([_bucket], Pace.Real, Swarm.Now);
        Assert.Equal(stays, Relief.Of(view, own, Swarm.Now).Contains(_bucket));
    }

    [Fact]
    public void Relief_ByAFullNode_IsNone()
    {
        var swarm = Nodes(20).Node(1, free: 1);
        var own = new Subscriptions(Swarm.Id(1), new BucketRules(1, 0, Bits), 0);
        own.Part([_bucket], Pace.Real, Swarm.Now);
        Assert.Empty(Relief.Of(View(swarm, _ => [(_bucket + 1) % 8]), own, Swarm.Now));
    }
}
