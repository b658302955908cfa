using System.Numerics;

namespace WeightSwarm.Core.Auditing;

/// <summary>
/// Which parts of a slice are on a disk and verified, as a claim says it: an immutable bitmap, least significant bit
/// first. A part is a piece; of a slice with more than <see cref="Most"/> pieces it is as many consecutive ones as make
/// that many parts, and the last one perhaps fewer. Pieces come in no order, so a map of larger parts would long show
/// nothing of a fetch that gets on.
/// </summary>
public sealed class PartMap : IEquatable<PartMap>
{
    /// <summary>Parts of a slice.</summary>
    public const int Most = 1024;

    /// <summary>Bytes of a map.</summary>
    public const int MostBytes = Most / 8;

    private readonly byte[] _bits;

    private PartMap(byte[] bits) => _bits = bits;

    /// <summary>No part.</summary>
    public static PartMap Empty { get; } = new([]);

    /// <summary>True for no part.</summary>
    public bool IsEmpty => _bits.Length == 0;

    /// <summary>How many parts.</summary>
    public int Count => _bits.Sum(b => BitOperations.PopCount(b));

    /// <summary>Pieces in a part of a slice of so many pieces, at least one.</summary>
    public static int PiecesPerPart(int pieces) => (pieces - 1) / Most + 1;

    /// <summary>Of a slice, piece by piece: the parts of which every piece is here.</summary>
    public static PartMap Of(ReadOnlySpan<bool> pieces)
    {
        var bits = new byte[MostBytes];
        var perPart = PiecesPerPart(pieces.Length);
        for (int part = 0, at = 0; at < pieces.Length; part++, at += perPart)
            if (!pieces.Slice(at, Math.Min(perPart, pieces.Length - at)).Contains(false))
                bits[part >> 3] |= (byte)(1 << (part & 7));
        return Read(bits);
    }

    /// <summary>From the wire; what is beyond <see cref="MostBytes"/> is dropped.</summary>
    public static PartMap Read(ReadOnlySpan<byte> bitmap)
    {
        var used = bitmap[..Math.Min(bitmap.Length, MostBytes)].TrimEnd((byte)0);
        return used.IsEmpty ? Empty : new PartMap(used.ToArray());
    }

    /// <summary>The bitmap without zero bytes at its end.</summary>
    public byte[] ToArray() => (byte[])_bits.Clone();

    /// <summary>Whether the part is among them.</summary>
    public bool Contains(int part) => part >> 3 < _bits.Length && (_bits[part >> 3] >> (part & 7) & 1) != 0;

    /// <summary>These without those.</summary>
    public PartMap Without(PartMap others) => Each(others, (mine, theirs) => (byte)(mine & ~theirs));

    /// <summary>These and those.</summary>
    public PartMap And(PartMap others) => Each(others, (mine, theirs) => (byte)(mine | theirs));

    /// <inheritdoc/>
    public bool Equals(PartMap? other) => other is not null && _bits.AsSpan().SequenceEqual(other._bits);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PartMap);

    /// <inheritdoc/>
    public override int GetHashCode() => Count;

    private PartMap Each(PartMap others, Func<byte, byte, byte> join)
    {
        var bits = new byte[Math.Max(_bits.Length, others._bits.Length)];
        for (var i = 0; i < bits.Length; i++)
            bits[i] = join(i < _bits.Length ? _bits[i] : (byte)0, i < others._bits.Length ? others._bits[i] : (byte)0);
        return Read(bits);
    }
}
