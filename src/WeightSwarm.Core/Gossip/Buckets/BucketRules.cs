namespace WeightSwarm.Core.Gossip.Buckets;

/// <summary>
/// From which size on a network is parted into buckets. All nodes of a network must go by the same rules; tests have
/// smaller ones.
/// </summary>
/// <param name="Above">With more live node records than this a node subscribes to some buckets only.</param>
/// <param name="Below">With fewer than this it subscribes to all again; less than <paramref name="Above"/>.</param>
/// <param name="Bits">There are 2^Bits buckets; 1 to 10.</param>
public sealed record BucketRules(int Above, int Below, int Bits)
{
    /// <summary>Those of every network: 20,000 nodes, 16,000 nodes, 1,024 buckets.</summary>
    public static BucketRules Default { get; } = new(20_000, 16_000, Bucket.MostBits);

    /// <summary>The number of buckets.</summary>
    public int Count => 1 << Bits;
}
