using System.Collections.Immutable;
using System.Security.Cryptography;

namespace WeightSwarm.Core.Catalogue;

/// <summary>
/// BEP 52's Merkle trees: leaves are SHA-256 of 16 KiB of one file, the row of leaves is filled up with zero hashes to
/// a power of two, an inner node is SHA-256 of its two children. Rows are passed as consecutive 32-byte hashes.
/// </summary>
public static class MerkleTree
{
    private const int Size = Hash256.Size;

    /// <summary>Leaves of a file of so many bytes.</summary>
    public static long Leaves(long bytes) => PieceLength.Count(bytes, PieceLength.Leaf);

    /// <summary>The smallest k with 2^k at least <paramref name="count"/>.</summary>
    public static int Height(long count)
    {
        var height = 0;
        while (1L << height < count) height++;
        return height;
    }

    /// <summary>Levels between the leaves and the piece layer.</summary>
    public static int PieceHeight(long pieceLength) => Height(pieceLength / PieceLength.Leaf);

    /// <summary>Root of a tree of that height in which every leaf is the zero hash.</summary>
    public static Hash256 Pad(int height)
    {
        Span<byte> pair = stackalloc byte[2 * Size];
        pair.Clear();
        for (; height > 0; height--)
        {
            SHA256.HashData(pair, pair[..Size]);
            pair[..Size].CopyTo(pair[Size..]);
        }
        return new Hash256(pair[..Size]);
    }

    /// <summary>
    /// Root over a row of hashes, filled up with <paramref name="pad"/> to 2^<paramref name="height"/> of them.
    /// </summary>
    /// <exception cref="ArgumentException">The row is empty, no multiple of 32 bytes, or does not fit.</exception>
    public static Hash256 Root(ReadOnlySpan<byte> row, int height, Hash256 pad)
    {
        if (row.IsEmpty || row.Length % Size != 0 || row.Length / Size > 1L << height)
            throw new ArgumentException($"{row.Length} bytes are no row under a tree of height {height}", nameof(row));
        if (row.Length == Size && height == 0) return new Hash256(row);
        var work = new byte[row.Length + Size];
        row.CopyTo(work);
        var count = row.Length / Size;
        for (; height > 0; height--)
        {
            count = Fold(work, count, pad);
            pad = Parent(pad, pad);
        }
        return new Hash256(work.AsSpan(0, Size));
    }

    /// <summary>The hash of one whole or last piece of a file that has more than one piece, from its leaves.</summary>
    public static Hash256 PieceHash(ReadOnlySpan<byte> leaves, long pieceLength) =>
        Root(leaves, PieceHeight(pieceLength), default);

    /// <summary>The pieces root of a file that fits into one piece, from its leaves.</summary>
    public static Hash256 SmallFileRoot(ReadOnlySpan<byte> leaves) =>
        Root(leaves, Height(leaves.Length / Size), default);

    /// <summary>The pieces root of a file of several pieces, from its piece layer.</summary>
    public static Hash256 LargeFileRoot(ReadOnlySpan<byte> pieceLayer, long pieceLength) =>
        Root(pieceLayer, Height(pieceLayer.Length / Size), Pad(PieceHeight(pieceLength)));

    /// <summary>The leaf of up to 16 KiB of a file.</summary>
    public static Hash256 Leaf(ReadOnlySpan<byte> block)
    {
        if (block.Length is 0 or > PieceLength.Leaf)
            throw new ArgumentException(
                $"a leaf covers 1 to {PieceLength.Leaf} bytes, not {block.Length}", nameof(block));
        return Hash256.Of(block);
    }

    /// <summary>
    /// The uncle hashes from one place of a row up to (not including) the root of the tree of that height, lowest
    /// first.
    /// </summary>
    public static ImmutableArray<Hash256> Proof(ReadOnlySpan<byte> row, int index, int height, Hash256 pad)
    {
        var count = row.Length / Size;
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, count);
        var work = new byte[row.Length + Size];
        row.CopyTo(work);
        var uncles = ImmutableArray.CreateBuilder<Hash256>(height);
        for (; height > 0; height--, index >>= 1)
        {
            var sibling = index ^ 1;
            uncles.Add(sibling < count ? new Hash256(work.AsSpan(sibling * Size, Size)) : pad);
            count = Fold(work, count, pad);
            pad = Parent(pad, pad);
        }
        return uncles.MoveToImmutable();
    }

    /// <summary>Whether a hash at a place of a row leads through these uncles to that root.</summary>
    public static bool Check(Hash256 hash, long index, IReadOnlyList<Hash256> uncles, Hash256 root)
    {
        if (index < 0 || uncles.Count > 62 || index >> uncles.Count != 0) return false;
        foreach (var uncle in uncles)
        {
            hash = (index & 1) == 0 ? Parent(hash, uncle) : Parent(uncle, hash);
            index >>= 1;
        }
        return hash == root;
    }

    /// <summary>SHA-256 of two hashes.</summary>
    public static Hash256 Parent(Hash256 left, Hash256 right)
    {
        Span<byte> pair = stackalloc byte[2 * Size];
        left.CopyTo(pair);
        right.CopyTo(pair[Size..]);
        return Hash256.Of(pair);
    }

    // Replaces the row by its parents in place; work has room for one hash behind the row.
    private static int Fold(Span<byte> work, int count, Hash256 pad)
    {
        if (count % 2 == 1) pad.CopyTo(work[(count++ * Size)..]);
        for (var parent = 0; parent < count / 2; parent++)
            SHA256.HashData(work.Slice(2 * parent * Size, 2 * Size), work.Slice(parent * Size, Size));
        return count / 2;
    }
}
