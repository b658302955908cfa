using System.Buffers.Binary;
using System.Numerics;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// Weighted rendezvous hashing: who should take a slice, without anybody asking anybody.
/// <para>
/// Every node draws, for every candidate, the same lot from the same three names (epoch salt, group of slices, node),
/// and the smallest lot goes first. A node with twice the room draws lots that are half as large, and so comes first
/// twice as often. Adding or losing a node moves no other node's lot: that is why two nodes whose views differ a
/// little still agree on almost the whole order (Lemma 1 of the planner's reference, section 3.4).
/// </para>
/// <para>
/// Score = NegLog2(H64(salt, group, node)) * 2^16 / weight; smaller is better, equal scores are ordered by node id.
/// The factor keeps resolution after the division. Sources: Thaler and Ravishankar, "Using name-based mappings to
/// increase hit rates" (1998); the logarithm method for weights: Schindelhauer and Schomaker, "Weighted distributed
/// hash tables" (SPAA 2005).
/// </para>
/// <para>
/// H64 absorbs the 96 bytes as twelve big-endian words, each by SplitMix64's finaliser: salt and group in one chain,
/// the node in another, so that one pass over many candidates mixes each name only once; the two ends are then mixed
/// together twice. It is no cryptographic hash: a node that grinds ids can come first for some slices until the salt
/// changes, as with any public order; audits, not the order, guard against liars.
/// </para>
/// </summary>
public static class Rendezvous
{
    /// <summary>
    /// Consecutive slices that share one order: a model lives while all its slices live, so they stay together.
    /// </summary>
    public const int SlicesPerGroup = 8;

    /// <summary>The same for models above <see cref="LargeModelBytes"/>.</summary>
    public const int SlicesPerLargeGroup = 32;

    /// <summary>Models with more bytes than this have the larger groups: 500 GiB.</summary>
    public const long LargeModelBytes = 500L << 30;

    private const int ScoreShift = 16;
    private const ulong OrderSeed = 0x6F72_6465_722D_7631, NodeSeed = 0x6E6F_6465_2D76_3131;
    private const ulong JitterSeed = 0x6A69_7474_6572_2D31;

    /// <summary>This node's lot for a group of slices; smaller is better.</summary>
    /// <param name="salt">The epoch's salt.</param>
    /// <param name="groupKey">From <see cref="GroupKey"/>.</param>
    /// <param name="node">The candidate.</param>
    /// <param name="weight">From <see cref="Weight"/>; at least 1.</param>
    public static ulong Score(Hash256 salt, Hash256 groupKey, NodeId node, ulong weight) =>
        Score(OrderDigest(salt, groupKey), NodeDigest(node), weight);

    /// <summary>The same from digests that were made before: the inner loop over candidates.</summary>
    public static ulong Score(ulong orderDigest, ulong nodeDigest, ulong weight) =>
        (NegLog2.Of(Draw(orderDigest, nodeDigest)) << ScoreShift) / weight;

    /// <summary>H64: a uniform 64-bit value for the three names.</summary>
    public static ulong Draw(ulong orderDigest, ulong nodeDigest) =>
        SplitMix64.Mix(SplitMix64.Mix(orderDigest ^ nodeDigest) + orderDigest);

    /// <summary>Salt and group, mixed once for all candidates.</summary>
    public static ulong OrderDigest(Hash256 salt, Hash256 groupKey) =>
        SplitMix64.Absorb(SplitMix64.Absorb(OrderSeed, salt), groupKey);

    /// <summary>A node's id, mixed once for all groups.</summary>
    public static ulong NodeDigest(NodeId node) => SplitMix64.Absorb(NodeSeed, node.Hash);

    /// <summary>The key under which a slice is placed: the same for all slices of its group.</summary>
    public static Hash256 GroupKey(Entry model, int slice)
    {
        Span<byte> name = stackalloc byte[Hash256.Size + sizeof(int)];
        model.ModelId.CopyTo(name);
        BinaryPrimitives.WriteInt32BigEndian(name[Hash256.Size..], slice / GroupSize(model));
        return Hash256.Of(name);
    }

    /// <summary>Slices in one group of this model.</summary>
    public static int GroupSize(Entry model) => model.Bytes > LargeModelBytes ? SlicesPerLargeGroup : SlicesPerGroup;

    /// <summary>
    /// The weight of a node with so much room: its free bytes in MiB, rounded down to a power of the square root of
    /// two, at least 1. Coarse on purpose: a node's place moves only when its room changes by 41 %, and 350 MB still
    /// weighs more than 200 MB. Availability, which the reference squares into the weight, is not measured yet.
    /// </summary>
    public static ulong Weight(long freeBytes)
    {
        var mebibytes = (ulong)Math.Max(1, freeBytes >> 20);
        var power = 1UL << BitOperations.Log2(mebibytes);
        // 92,682 / 65,536 is the square root of two.
        var half = (ulong)((UInt128)power * 92_682 >> 16);
        return mebibytes > half ? Math.Max(power, half) : power;
    }

    /// <summary>How many of the eligible candidates come before a node; one pass, no sorting.</summary>
    /// <param name="ownScore">The node's score.</param>
    /// <param name="ownPlace">Its place in the order of node ids, which decides between equal scores.</param>
    /// <param name="scores">The candidates' scores.</param>
    /// <param name="places">Their places, parallel to the scores.</param>
    /// <param name="eligible">Which of them count, parallel to the scores.</param>
    public static int RankOf(
        ulong ownScore, int ownPlace, ReadOnlySpan<ulong> scores, ReadOnlySpan<int> places, ReadOnlySpan<bool> eligible)
    {
        var rank = 0;
        for (var i = 0; i < scores.Length; i++)
            if (eligible[i] && (scores[i] < ownScore || (scores[i] == ownScore && places[i] < ownPlace)))
                rank++;
        return rank;
    }

    /// <summary>
    /// A wait in [0, <paramref name="boundMs"/>) that differs between nodes and slices but not between passes.
    /// </summary>
    public static long Jitter(ulong orderDigest, ulong nodeDigest, int slice, long boundMs)
    {
        if (boundMs <= 0) return 0;
        var draw = SplitMix64.Mix(Draw(orderDigest, nodeDigest) ^ JitterSeed ^ SplitMix64.Mix((ulong)slice));
        return (long)Math.BigMul(draw, (ulong)boundMs, out _);
    }
}
