namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>Sees the items of a range in order, in runs.</summary>
internal interface IRunVisitor
{
    void Visit(ReadOnlySpan<IndexItem> run);
}

/// <summary>
/// A node of the B+ tree under <see cref="RecordIndex"/>. Every node knows how many items are below it.
/// </summary>
internal abstract class IndexNode
{
    /// <summary>Items in this subtree.</summary>
    public abstract long Count { get; }

    /// <summary>The sum of the ids of this subtree, modulo 2^128.</summary>
    public abstract UInt128 Sum { get; }

    /// <summary>The first item of this subtree, which is not empty.</summary>
    public abstract IndexItem First { get; }

    /// <summary>True when a neighbour with room should take this node's content.</summary>
    public abstract bool IsSparse { get; }

    /// <summary>Adds an item; returns the new right half when this node had to be parted.</summary>
    public abstract IndexNode? Add(in IndexItem item, out bool added);

    public abstract bool Remove(in IndexItem item);

    /// <summary>The number of items before the key.</summary>
    public abstract long Rank(in IndexItem key);

    public abstract IndexItem At(long rank);

    /// <summary>Visits the items with ranks in [from, to).</summary>
    public abstract void Visit<TVisitor>(long from, long to, ref TVisitor visitor) where TVisitor : struct, IRunVisitor;

    /// <summary>The sum of the ids with ranks in [from, to), modulo 2^128.</summary>
    public abstract UInt128 SumOf(long from, long to);

    /// <summary>What an id adds to a sum.</summary>
    protected static UInt128 Term(in IndexItem item) => item.Id.High;

    /// <summary>Takes everything of the neighbour to the right, or says that there is no room.</summary>
    public abstract bool TryTake(IndexNode right);
}
