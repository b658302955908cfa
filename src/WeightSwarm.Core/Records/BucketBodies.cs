using WeightSwarm.Core.Gossip.Buckets;

namespace WeightSwarm.Core.Records;

/// <summary>The buckets that a node record names.</summary>
internal static class BucketBodies
{
    public static bool IsSound(IReadOnlyList<uint> buckets)
    {
        if (buckets.Count > Bucket.MostOfNode) return false;
        for (var i = 0; i < buckets.Count; i++)
            if (buckets[i] >= 1 << Bucket.MostBits || i > 0 && buckets[i] <= buckets[i - 1])
                return false;
        return true;
    }
}
