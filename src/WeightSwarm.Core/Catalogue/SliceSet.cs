using System.Numerics;

namespace WeightSwarm.Core.Catalogue;

/// <summary>An immutable set of slice numbers of one model; on the wire a bitmap, least significant bit
/// first.</summary>
public sealed class SliceSet : IEquatable<SliceSet>
{
    private readonly byte[] _bits;

    private SliceSet(byte[] bits) => _bits = bits;

    /// <summary>No slice.</summary>
    public static SliceSet Empty { get; } = new([]);

    /// <summary>Slices 0 to <paramref name="count"/> - 1.</summary>
    public static SliceSet All(int count) => Of(Enumerable.Range(0, count));

    /// <summary>The given slices.</summary>
    public static SliceSet Of(IEnumerable<int> slices)
    {
        var bits = new List<byte>();
        foreach (var slice in slices)
        {
            while (bits.Count <= slice >> 3) bits.Add(0);
            bits[slice >> 3] |= (byte)(1 << (slice & 7));
        }
        return new SliceSet(bits.ToArray());
    }

    /// <summary>Reads a bitmap; bits at or beyond <paramref name="slices"/> are dropped, so a liar gains
    /// nothing.</summary>
    public static SliceSet FromBitmap(ReadOnlySpan<byte> bitmap, int slices)
    {
        var bits = bitmap[..Math.Min(bitmap.Length, (slices + 7) / 8)].ToArray();
        if (slices % 8 != 0 && bits.Length == slices / 8 + 1) bits[^1] &= (byte)((1 << slices % 8) - 1);
        var used = bits.Length;
        while (used > 0 && bits[used - 1] == 0) used--;
        return used == 0 ? Empty : new SliceSet(bits[..used]);
    }

    /// <summary>The bitmap without trailing zero bytes.</summary>
    public byte[] ToBitmap() => (byte[])_bits.Clone();

    /// <summary>Whether the slice is in the set.</summary>
    public bool Contains(int slice) => slice >> 3 < _bits.Length && (_bits[slice >> 3] >> (slice & 7) & 1) != 0;

    /// <summary>How many slices are in the set.</summary>
    public int Count => _bits.Sum(b => BitOperations.PopCount(b));

    /// <summary>True for no slice.</summary>
    public bool IsEmpty => _bits.Length == 0;

    /// <summary>This set and one slice more.</summary>
    public SliceSet With(int slice) => Of(Slices.Append(slice));

    /// <summary>This set without one slice.</summary>
    public SliceSet Without(int slice) => Of(Slices.Where(s => s != slice));

    /// <summary>The slices in ascending order.</summary>
    public IEnumerable<int> Slices
    {
        get
        {
            for (var slice = 0; slice < _bits.Length * 8; slice++)
                if (Contains(slice))
                    yield return slice;
        }
    }

    /// <inheritdoc/>
    public bool Equals(SliceSet? other) => other is not null && _bits.AsSpan().SequenceEqual(other._bits);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as SliceSet);

    /// <inheritdoc/>
    public override int GetHashCode() => Count;
}
