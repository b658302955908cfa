using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.World;

/// <summary>Questions about a world that is parted into buckets.</summary>
internal static class BucketChecks
{
    /// <summary>
    /// Who lacks what it should have, or has what it should not, in words; null for nobody. A node has the newest value
    /// of every register that goes to everybody, that is its own, or that belongs to a bucket of its own; what was
    /// signed a moment ago may be under way.
    /// </summary>
    public static string? WhoIsWrong(this SimWorld world, long underWayMs)
    {
        var newest = new SortedDictionary<RecordKey, Record>();
        foreach (var node in world.Live)
            foreach (var record in node.Core.Records)
                if (!newest.TryGetValue(record.Key, out var known) || record.Seq > known.Seq)
                    newest[record.Key] = record;
        foreach (var node in world.Live)
        {
            var has = node.Core.Records.ToDictionary(r => r.Key);
            foreach (var record in newest.Values)
                if (record.IssuedMs + underWayMs < node.Now.UnixMs && Wants(world, node, record) &&
                    has.GetValueOrDefault(record.Key)?.Id != record.Id)
                    return $"n{node.Number} lacks {Words.Of(world, record)}";
            foreach (var record in has.Values)
                if (!Wants(world, node, record)) return $"n{node.Number} has {Words.Of(world, record)}";
        }
        return null;
    }

    /// <summary>Buckets in which each running node hears what others say, together.</summary>
    public static long Subscriptions(this SimWorld world) =>
        world.Live.Sum(n => n.Core.Buckets?.Count ?? world.Buckets.Count);

    private static bool Wants(SimWorld world, SimNode node, Record record)
    {
        var bucket = Bucket.Of(record, world.Buckets.Bits);
        return bucket == Bucket.None || record.Author == node.Id || node.Core.Buckets?.Contains(bucket) != false;
    }
}
