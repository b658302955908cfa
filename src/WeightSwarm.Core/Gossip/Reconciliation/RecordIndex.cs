namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>
/// The ordered set of the records that a node has, for reconciliation: a B+ tree with counts. Adding, removing, rank
/// and selection cost O(log n); a fingerprint costs a multiplication or two for each item in its range, see <see
/// cref="FingerprintKey"/>, unless the key is a trusting one: then it costs O(log n). About 60 bytes per item. Not for
/// use by several threads at once.
/// </summary>
public sealed class RecordIndex
{
    private IndexNode _root = new IndexLeaf();

    /// <summary>The number of items.</summary>
    public long Count => _root.Count;

    /// <summary>Adds an item; false when it is there already.</summary>
    public bool Add(IndexItem item)
    {
        IndexNode? parted = _root.Add(item, out bool added);
        if (parted is not null) _root = new IndexBranch(_root, parted);
        return added;
    }

    /// <summary>Removes an item; false when it is not there.</summary>
    public bool Remove(IndexItem item)
    {
        if (!_root.Remove(item)) return false;
        while (_root is IndexBranch { OnlyChild: { } child }) _root = child;
        return true;
    }

    /// <summary>True when the item is there.</summary>
    public bool Contains(IndexItem item)
    {
        long rank = _root.Rank(item);
        return rank < Count && _root.At(rank) == item;
    }

    /// <summary>The number of items before the bound: 0 to <see cref="Count"/>.</summary>
    public long Rank(RangeBound bound) => bound.IsEnd ? Count : _root.Rank(bound.Key);

    /// <summary>The item with so many items before it.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are not so many items.</exception>
    public IndexItem At(long rank)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rank);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(rank, Count);
        return _root.At(rank);
    }

    /// <summary>The fingerprint of the items with ranks in [<paramref name="from"/>, <paramref name="to"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The ranks are not ordered or not in [0, Count].</exception>
    public Fingerprint Fingerprint(long from, long to, FingerprintKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.IsTrusting) return Reconciliation.Fingerprint.OfSum(Sum(from, to), to - from, key);
        var product = new ProductVisitor(key);
        Visit(from, to, ref product);
        return product.ToFingerprint(to - from);
    }

    private UInt128 Sum(long from, long to)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, Count);
        return from == 0 && to == Count ? _root.Sum : _root.SumOf(from, to);
    }

    /// <summary>Shows the items with ranks in [from, to) to the visitor, in order.</summary>
    internal void Visit<TVisitor>(long from, long to, ref TVisitor visitor) where TVisitor : struct, IRunVisitor
    {
        ArgumentOutOfRangeException.ThrowIfNegative(from);
        ArgumentOutOfRangeException.ThrowIfLessThan(to, from);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(to, Count);
        if (from < to) _root.Visit(from, to, ref visitor);
    }
}
