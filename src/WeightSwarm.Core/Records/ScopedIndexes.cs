using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Gossip.Reconciliation;

namespace WeightSwarm.Core.Records;

/// <summary>The records of a set by scope of reconciliation: those that go to everybody, and those of each
/// bucket.</summary>
internal sealed class ScopedIndexes(int bits)
{
    private readonly SortedDictionary<int, RecordIndex> _buckets = [];

    /// <summary>Of the records that go to everybody.</summary>
    public RecordIndex Global { get; } = new();

    public void Add(Record record) => IndexOf(record).Add(new IndexItem(record.IssuedDay, record.Id));

    public void Remove(Record record) => IndexOf(record).Remove(new IndexItem(record.IssuedDay, record.Id));

    public RecordIndex OfBucket(int bucket)
    {
        if (!_buckets.TryGetValue(bucket, out var index)) _buckets.Add(bucket, index = new RecordIndex());
        return index;
    }

    /// <summary>Lets go of buckets that are empty and not kept.</summary>
    public void Trim(Func<int, bool> keeps)
    {
        foreach (var bucket in _buckets.Where(b => b.Value.Count == 0 && !keeps(b.Key)).Select(b => b.Key).ToList())
            _buckets.Remove(bucket);
    }

    private RecordIndex IndexOf(Record record)
    {
        var bucket = Bucket.Of(record, bits);
        return bucket == Bucket.None ? Global : OfBucket(bucket);
    }
}
