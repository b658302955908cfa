using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Liveness;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Liveness;

public sealed class DutiesTests
{
    private static readonly NodeId[] Nodes =
        [.. Enumerable.Range(0, 120).Select(i => NodeId.Of(BitConverter.GetBytes(i)))];

    /// <summary>Nodes come with an address or without, gain one later, and sometimes one goes.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Duties_AsNodesComeAndGo_AreThoseWhoseMonitorsHaveThisNode(ulong seed)
    {
        var random = new SplitMix64(seed);
        var self = Nodes[0];
        var duties = new Duties(self);
        SortedSet<NodeId> known = [], reachable = [];
        var most = 0;
        for (var step = 0; step < 600; step++)
        {
            var node = Nodes[random.Below(Nodes.Length)];
            var hasAddress = random.Below(4) > 0;
            if (random.Below(40) == 0 && known.Remove(node))
            {
                reachable.Remove(node);
                duties.Count(known, reachable);
            }
            else
            {
                var arrival = new Arrival(node, known.Add(node), hasAddress && reachable.Add(node));
                if (!arrival.IsNew && !arrival.GainedAddress) continue;
                if (!duties.TryTake(arrival)) duties.Count(known, reachable);
            }
            Assert.Equal(
                known.Where(s => s != self && Monitors.Of(s, reachable).Contains(self)), duties.Subjects);
            Assert.Equal(Monitors.Of(self, reachable), duties.MonitorsOf(self));
            most = Math.Max(most, duties.Subjects.Count);
        }
        // On average there are as many as each has monitors.
        Assert.True(most >= Monitors.PerNode / 2, $"only {most} duties at once: nothing was tested");
    }
}
