namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>Where a range starts (inclusive) or ends (exclusive): at a key, or after everything.</summary>
public readonly record struct RangeBound : IComparable<RangeBound>
{
    private RangeBound(IndexItem key, bool isEnd) => (Key, IsEnd) = (key, isEnd);

    /// <summary>Before every item.</summary>
    public static RangeBound Start => default;

    /// <summary>After every item.</summary>
    public static RangeBound End { get; } = new(default, isEnd: true);

    /// <summary>The least item that is not before the bound; meaningless for <see cref="End"/>.</summary>
    public IndexItem Key { get; }

    /// <summary>True for the bound after every item.</summary>
    public bool IsEnd { get; }

    /// <summary>The bound just before <paramref name="key"/>.</summary>
    public static RangeBound Before(IndexItem key) => new(key, isEnd: false);

    /// <summary>
    /// The bound with the fewest bytes of id that parts two items: after <paramref name="left"/>, and not after
    /// <paramref name="right"/>.
    /// </summary>
    /// <exception cref="ArgumentException">left is not before right.</exception>
    public static RangeBound Between(IndexItem left, IndexItem right)
    {
        if (left.CompareTo(right) >= 0) throw new ArgumentException($"{left} is not before {right}", nameof(left));
        if (left.Day != right.Day) return Before(new IndexItem(right.Day, default));
        Span<byte> a = stackalloc byte[Hash256.Size];
        Span<byte> b = stackalloc byte[Hash256.Size];
        left.Id.CopyTo(a);
        right.Id.CopyTo(b);
        b[(a.CommonPrefixLength(b) + 1)..].Clear();
        return Before(new IndexItem(right.Day, new Hash256(b)));
    }

    /// <inheritdoc/>
    public int CompareTo(RangeBound other) =>
        IsEnd || other.IsEnd ? IsEnd.CompareTo(other.IsEnd) : Key.CompareTo(other.Key);
}
