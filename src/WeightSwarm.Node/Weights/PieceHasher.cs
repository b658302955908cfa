using System.Security.Cryptography;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Weights;

/// <summary>
/// One thread's tools for the v1 and v2 hashes of a piece. The piece comes block by block, so that each block is hashed
/// both ways while it is in the processor's cache.
/// </summary>
internal sealed class PieceHasher(long pieceLength) : IDisposable
{
    private static readonly byte[] Zeros = new byte[1 << 16];

    private readonly IncrementalHash _v1 = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
    private readonly IncrementalHash _leaf = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _leaves = new byte[pieceLength / PieceLength.Leaf * Hash256.Size];
    private int _bytes;
    private int _leafBytes;

    /// <summary>The next block of the piece: whole leaves, except at the end of the file.</summary>
    public void Add(ReadOnlySpan<byte> block)
    {
        _v1.AppendData(block);
        _bytes += block.Length;
        while (!block.IsEmpty)
        {
            var leaf = block[..Math.Min(PieceLength.Leaf, block.Length)];
            _leaf.AppendData(leaf);
            _leaf.GetHashAndReset(_leaves.AsSpan(_leafBytes));
            _leafBytes += Hash256.Size;
            block = block[leaf.Length..];
        }
    }

    /// <summary>Ends the piece.</summary>
    /// <param name="padded">The v1 piece goes on with zeros to its full length (BEP 47).</param>
    /// <param name="v1">Takes 20 bytes.</param>
    /// <returns>The piece's leaves; valid until the next block.</returns>
    public ReadOnlySpan<byte> End(bool padded, Span<byte> v1)
    {
        for (var pad = padded ? pieceLength - _bytes : 0; pad > 0; pad -= Zeros.Length)
            _v1.AppendData(Zeros.AsSpan(0, (int)Math.Min(pad, Zeros.Length)));
        _v1.GetHashAndReset(v1);
        var leaves = _leaves.AsSpan(0, _leafBytes);
        (_bytes, _leafBytes) = (0, 0);
        return leaves;
    }

    public void Dispose()
    {
        _v1.Dispose();
        _leaf.Dispose();
    }
}
