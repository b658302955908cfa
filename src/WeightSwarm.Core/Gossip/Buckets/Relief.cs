using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Core.Gossip.Buckets;

/// <summary>
/// Buckets that have too few takers: of present, established subscribers with room for a slice each should have twice
/// as many as copies are wanted, or a large model in it, or a few nodes that go, would leave nobody who could take
/// what is missing. Where they are fewer, those join of all nodes with room that come first in the order of duty for
/// this bucket. Each node finds that out for itself, about as the others do.
/// </summary>
internal static class Relief
{
    /// <summary>The buckets in which this node has to help, or helps and is still needed.</summary>
    /// <param name="view">Newest view.</param>
    /// <param name="own">What it subscribes to now.</param>
    /// <param name="now">The moment of the view.</param>
    public static IReadOnlyList<int> Of(SwarmView view, Subscriptions own, Instant now)
    {
        if (!view.Nodes.TryGetValue(view.Self, out var self) || !CanTake(self, view)) return [];
        var others = view.Nodes.Values
            .Where(n => n.Id != view.Self && n.AbsentSinceMs is null && !n.IsYoung(now) && CanTake(n, view)).ToList();
        var takers = Count(others, own.Rules.Count);
        var wanted = 2 * view.Policy.Copies;
        List<int> relieved = [];
        foreach (var bucket in BucketsInUse(view, own.Rules.Bits))
            if (takers[bucket] < wanted &&
                (own.Has(bucket) || IsAmongFirst(view.Self, bucket, others, wanted - takers[bucket])))
                relieved.Add(bucket);
        return relieved;
    }

    private static bool CanTake(NodeView node, SwarmView view) =>
        !node.Draining && !node.AcceptsNothingNew && !node.BreaksClaims && node.FreeBytes >= view.Policy.SliceBytes;

    private static SortedSet<int> BucketsInUse(SwarmView view, int bits) =>
        [.. view.Models.Select(m => Bucket.Of(m.Entry.ModelId, bits))];

    private static int[] Count(List<NodeView> nodes, int buckets)
    {
        var takers = new int[buckets];
        foreach (var node in nodes)
        {
            foreach (var bucket in node.Buckets)
                if (bucket < buckets)
                    takers[bucket]++;
            for (var bucket = 0; node.Buckets.IsEmpty && bucket < buckets; bucket++) takers[bucket]++;
        }
        return takers;
    }

    private static bool IsAmongFirst(NodeId self, int bucket, List<NodeView> others, int first)
    {
        var own = Bucket.Score(self, bucket);
        foreach (var other in others)
            if (Bucket.Score(other.Id, bucket) < own && !other.Buckets.Contains(bucket) && --first <= 0)
                return false;
        return true;
    }
}
