using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Gossip.Buckets;

/// <summary>
/// Buckets part the models of a large network, so that a node need not hear of all of them. Pure functions, the same
/// on every node: docs/protocol-buckets.md.
/// </summary>
public static class Bucket
{
    /// <summary>There are 2^10 buckets at most.</summary>
    public const int MostBits = 10;

    /// <summary>A node subscribes to so many at most.</summary>
    public const int MostOfNode = 64;

    /// <summary>Stands for the bucket of a record that goes to everybody.</summary>
    public const int None = -1;

    private const ulong DutySeed = 0x6475_7479_2D2D_7631;

    /// <summary>The bucket of a model: the top bits of the hash of its id.</summary>
    /// <param name="model">Model id.</param>
    /// <param name="bits">1 to 10.</param>
    public static int Of(Hash256 model, int bits = MostBits)
    {
        Span<byte> id = stackalloc byte[Hash256.Size];
        model.CopyTo(id);
        return Of(id, bits);
    }

    /// <summary>The bucket of a record: that of its model, or <see cref="None"/>.</summary>
    public static int Of(Record record, int bits)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Kind is RecordKind.Holding or RecordKind.Claim or RecordKind.ReleaseIntent &&
            record.Subject.Length >= Hash256.Size ? Of(record.Subject[..Hash256.Size], bits) : None;
    }

    /// <summary>
    /// The bucket that a node watches whatever it holds: the one with the smallest score, of equal ones the first.
    /// Whose duty a bucket is follows from the ids alone, so that none is without watchers when all its holders are
    /// gone.
    /// </summary>
    public static int DutyOf(NodeId node, int bits = MostBits)
    {
        var digest = SplitMix64.Absorb(DutySeed, node.Hash);
        var (best, duty) = (ulong.MaxValue, 0);
        for (var bucket = 0; bucket < 1 << bits; bucket++)
            if (Score(digest, bucket) is var score && score < best) (best, duty) = (score, bucket);
        return duty;
    }

    /// <summary>A node's score for a bucket; smaller is better.</summary>
    public static ulong Score(NodeId node, int bucket) => Score(SplitMix64.Absorb(DutySeed, node.Hash), bucket);

    private static ulong Score(ulong digest, int bucket) =>
        SplitMix64.Mix(SplitMix64.Mix(digest ^ (ulong)bucket) + digest);

    private static int Of(ReadOnlySpan<byte> model, int bits) => (int)(Hash256.Of(model).Prefix >> (64 - bits));
}
