using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Gossip.Buckets;

/// <summary>Who subscribes to what: this node by its own choice, the others by their node records.</summary>
internal sealed class BucketBook(Subscriptions own, SwarmViewBuilder views)
{
    public Subscriptions Own => own;

    /// <summary>Whether records must be told apart at all.</summary>
    public bool IsNeeded => own.IsParted || views.Parted > 0;

    public int Of(Record record) => Bucket.Of(record, own.Rules.Bits);

    /// <summary>Whether a node wants the records of a bucket; one that names none, or is not known, wants
    /// all.</summary>
    public bool Wants(NodeId node, int bucket) =>
        bucket == Bucket.None || views.BodyOf(node) is not { Buckets.Count: > 0 } body ||
        body.Buckets.Contains((uint)bucket);

    /// <summary>Whether a node is known to have the records of a bucket.</summary>
    public bool Has(NodeId node, int bucket) => views.BodyOf(node) is not null && Wants(node, bucket);

    /// <summary>Those who name one of these buckets, by bucket, each in order of their ids.</summary>
    public SortedDictionary<int, List<NodeId>> SubscribersOf(IEnumerable<int> buckets)
    {
        var found = new SortedDictionary<int, List<NodeId>>();
        foreach (var bucket in buckets) found[bucket] = [];
        foreach (var (node, body) in views.Nodes)
            foreach (var bucket in body.Buckets)
                if (found.TryGetValue((int)bucket, out var list))
                    list.Add(node);
        return found;
    }
}
