using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Tests.Core.Gossip;

/// <summary>A handful of real cores under virtual time.</summary>
public sealed class OverlayTests
{
    private static readonly Policy Drill = new(3, Pace.Drill, DomainRule.Node, 64 << 20);

    private static SimWorld Started(ulong seed, int nodes)
    {
        var world = new SimWorld(seed, nodes, Drill, null);
        world.Start(0);
        world.PublishCharter(0);
        for (var node = 1; node < nodes; node++) world.Start(node, 0);
        world.RunFor(10_000);
        return world;
    }

    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    public void Broadcast_AmongTwelveNodes_PrunesToATreeAndReachesAll(ulong seed)
    {
        using var world = Started(seed, 12);
        Assert.True(Frames(world, V1.Frame.KindOneofCase.Prune) > 0, "nothing was pruned");
        var entry = world.AddModel(3, 1, 4, 1 << 20);
        world.RunFor(1_000);
        Assert.All(world.Live, n => Assert.Contains(n.Core.View!.Models, m => m.Entry.ModelId == entry.ModelId));
        Assert.All(world.Live, n => Assert.InRange(n.Core.Peers.Count(p => p.Active), 1, 12));
    }

    [Theory]
    [InlineData(4UL)]
    [InlineData(5UL)]
    public void Broadcast_WithLinksThatDieSilently_IsGraftedAndReachesAll(ulong seed)
    {
        using var world = Started(seed, 12);
        var before = Frames(world, V1.Frame.KindOneofCase.Graft);
        // Half of the links of one node swallow everything from now on; it still has the others.
        for (var other = 1; other < 7; other++)
        {
            world.Net.Terrain.Block(11, other);
            world.Net.Terrain.Block(other, 11);
        }
        var entry = world.AddModel(3, 1, 4, 1 << 20);
        world.RunUntil("the cut off node knows the model", 5_000, 100,
            () => world.Live.All(n => n.Core.View!.Models.Any(m => m.Entry.ModelId == entry.ModelId)));
        world.RunFor(5_000);
        Assert.True(Frames(world, V1.Frame.KindOneofCase.Graft) > before, "nothing was grafted");
        world.RunUntil("views equal", 20_000, 100, world.ViewsEqual, world.HowViewsDiffer);
    }

    [Fact]
    public void Views_WithStreamsBreakingAllTheTime_BecomeEqualOnceTheyStop()
    {
        using var world = Started(6, 10);
        for (var i = 0; i < 100; i++)
        {
            world.Net.BreakOne();
            world.RunFor(200);
        }
        world.RunUntil("views equal", 20_000, 100, world.ViewsEqual, world.HowViewsDiffer);
        Assert.All(world.Live, n => Assert.All(world.Live, o => Assert.False(n.Misses(o.Id))));
    }

    [Fact]
    public void Streams_AmongManyNodes_StayFew()
    {
        using var world = Started(7, 40);
        world.RunFor(60_000);
        Assert.All(world.Live, n => Assert.InRange(n.Core.Peers.Count(), 6, 36));
    }

    [Fact]
    public void DeadNode_IsMissedByAllAndNobodyElseIs()
    {
        using var world = Started(8, 20);
        world.Stop(13, hostToo: true);
        var dead = world.Nodes[13].Id;
        world.RunUntil("everybody misses the dead node", 8_000, 100, () => world.Live.All(n => n.Misses(dead)));
        // Its record ends after the lease, and every duty that it had moves on.
        world.RunFor(60_000);
        Assert.All(world.Live, n => Assert.False(n.Core.Nodes.ContainsKey(dead)));
        Assert.All(world.Live, n => Assert.All(world.Live, o => Assert.False(n.Misses(o.Id))));
    }

    private static long Frames(SimWorld world, V1.Frame.KindOneofCase kind) =>
        world.Metrics.ByKind.Where(k => k.Kind == kind).Sum(k => k.Count);
}
