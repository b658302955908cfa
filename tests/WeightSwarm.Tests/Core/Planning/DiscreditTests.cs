using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

/// <summary>Two failed slices of a node, and its other copies count like those of nodes on probation.</summary>
public sealed class DiscreditTests
{
    // Slice 4 is held by five nodes, two of which (1 and 2) fail audits of other slices.
    private const int Slice = 4;

    [Theory]
    // Slices of node 1 and of node 2 that failed: copies of slice 4 that count, and are wanted.
    [InlineData(0, 0, 5, 0)]
    [InlineData(1, 1, 5, 0)]
    [InlineData(2, 0, 5, 0)]
    [InlineData(2, 1, 5, 0)]
    [InlineData(2, 2, 4, 1)]
    [InlineData(4, 4, 4, 1)]
    public void Count_OfASliceOnDiscreditedNodes_CountsOneOfThem(int first, int second, int counted, int need)
    {
        var view = Held(takers: 3).SeenBy(9).Failing([.. Failed(1, first), .. Failed(2, second)]);
        var count = SliceCounter.Count(view.Models[0], Slice, view, Swarm.Now);
        Assert.Equal((counted, need), (count.Durable, count.Need));
    }

    /// <summary>Nobody could take their place: then they are better than nothing.</summary>
    [Fact]
    public void Count_WhereNobodyElseHasRoom_CountsThemAll()
    {
        var view = Held(takers: 0).SeenBy(9).Failing([.. Failed(1, 2), .. Failed(2, 2)]);
        var count = SliceCounter.Count(view.Models[0], Slice, view, Swarm.Now);
        Assert.Equal((5, 0), (count.Durable, count.Need));
    }

    [Fact]
    public void Explain_OfACopyThatDoesNotCountForThis_SaysWhy()
    {
        var view = Held(takers: 3).SeenBy(9).Failing([.. Failed(1, 2), .. Failed(2, 2)]);
        var copies = SliceCounter.Explain(view.Models[0], Slice, view, Swarm.Now).Copies;
        var left = Assert.Single(copies, copy => !copy.Counted);
        Assert.Equal(
            "not counted: on probation, since other slices of this node failed audits, and of copies on such nodes "
                + "only 1 of 5 may count", left.Reason);
    }

    [Fact]
    public void Release_RelyingOnDiscreditedNodes_ReliesOnOneOfThem()
    {
        Assert.Equal(5, Relied(Held(takers: 3).SeenBy(9).Failing([.. Failed(1, 2), .. Failed(2, 1)])));
        Assert.Equal(4, Relied(Held(takers: 3).SeenBy(9).Failing([.. Failed(1, 2), .. Failed(2, 2)])));

        static int Relied(SwarmView view) => ReleaseRule.Seen(
            new ReleaseFactsReader(view, Swarm.Id(9), Swarm.Now).Of(view.Models[0].Entry.ModelId, Slice)!);
    }

    /// <summary>It is asked to audit as before: what its disk does says nothing of its word.</summary>
    [Fact]
    public void NodeIndex_OfADiscreditedNode_IsOnProbationAndNotYoung()
    {
        var nodes = new NodeIndex(Held(takers: 3).SeenBy(9).Failing([.. Failed(1, 2)]), Swarm.Now);
        var at = nodes.Find(Swarm.Id(1));
        Assert.Equal((true, false), (nodes.OnProbation[at], nodes.Young[at]));
    }

    private static Swarm Held(int takers)
    {
        var swarm = new Swarm().Wanting(5).With(Swarm.Model(0, Slice + 1));
        for (var node = 1; node <= 5; node++) swarm.Node(node, free: 0).Holds(node, 0, 1, 2, 3, Slice);
        for (var node = 0; node < takers; node++) swarm.Node(10 + node);
        return swarm;
    }

    private static IEnumerable<(int Node, int Slice)> Failed(int node, int slices) =>
        Enumerable.Range(0, slices).Select(slice => (node, slice));
}
