using WeightSwarm.Core.Gossip.Reconciliation;

namespace WeightSwarm.Core.Records;

/// <summary>
/// In a network that is parted into buckets the set has those records alone that its node subscribes to, and is
/// compared scope by scope. Its index is then that of the records which go to everybody.
/// </summary>
public sealed partial class RecordSet
{
    private ScopedIndexes? _scopes;
    private Func<Record, bool>? _keeps;

    /// <summary>Whether some buckets are left out.</summary>
    internal bool IsParted => _keeps is not null;

    /// <summary>From now on only these records are kept.</summary>
    /// <returns>Those that leave the set.</returns>
    internal IReadOnlyList<Record> Part(int bits, Func<Record, bool> keeps)
    {
        _keeps = keeps;
        var gone = DropUnkept();
        BuildScopes(bits);
        Index = _scopes!.Global;
        return gone;
    }

    /// <summary>From now on all records are kept.</summary>
    internal void Join()
    {
        (_keeps, _scopes, Index) = (null, null, new RecordIndex());
        foreach (var record in _table.All) Index.Add(new IndexItem(record.IssuedDay, record.Id));
    }

    /// <summary>Drops, and answers, what is not to be kept any more.</summary>
    internal IReadOnlyList<Record> DropUnkept()
    {
        List<Record> gone = [];
        foreach (var record in _table.All)
            if (!_keeps!(record))
                gone.Add(record);
        gone.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        foreach (var record in gone) Remove(record.Key);
        return gone;
    }

    /// <summary>Lets go of the indexes of buckets that are not subscribed to.</summary>
    internal void TrimScopes(Func<int, bool> keeps) => _scopes?.Trim(keeps);

    /// <summary>The records that go to everybody. Where nobody has asked before, all are told apart.</summary>
    internal RecordIndex GlobalIndex(int bits) => ScopesFor(bits).Global;

    /// <summary>The records of a bucket.</summary>
    internal RecordIndex BucketIndex(int bucket, int bits) => ScopesFor(bits).OfBucket(bucket);

    /// <summary>Nobody asks by scope any more.</summary>
    internal void ForgetScopes()
    {
        if (!IsParted) _scopes = null;
    }

    private ScopedIndexes ScopesFor(int bits)
    {
        if (_scopes is null) BuildScopes(bits);
        return _scopes!;
    }

    private void BuildScopes(int bits)
    {
        _scopes = new ScopedIndexes(bits);
        foreach (var record in _table.All) _scopes.Add(record);
    }

    private void Enlist(Record record)
    {
        if (!IsParted) Index.Add(new IndexItem(record.IssuedDay, record.Id));
        _scopes?.Add(record);
    }

    private void Delist(Record record)
    {
        if (!IsParted) Index.Remove(new IndexItem(record.IssuedDay, record.Id));
        _scopes?.Remove(record);
    }
}
