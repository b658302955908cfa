using System.Security.Cryptography;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Weights;

/// <summary>
/// The hashes of one file in the making. Its pieces are hashed in any order, the whole file in sequence.
/// </summary>
internal sealed class HashedFileState(ScannedFile file, long pieceLength, int firstPiece, bool padded) : IDisposable
{
    private static readonly byte[] Zeros = new byte[1 << 16];

    private readonly int _pieces = (int)PieceLength.Count(file.Bytes, pieceLength);
    private IncrementalHash? _whole;
    private byte[] _layer = [];
    private Hash256 _root;

    public ScannedFile File => file;
    /// <summary>First piece in the torrent.</summary>
    public int FirstPiece => firstPiece;
    /// <summary>Pieces read and not yet put into the whole file's hash, in order.</summary>
    public Queue<PieceBuffer> Waiting { get; } = new();
    /// <summary>Whether a thread is hashing the whole file now; only one may.</summary>
    public bool IsChaining { get; set; }
    /// <summary>SHA-256 of the whole file, once all is read.</summary>
    public Hash256 Sha256 { get; private set; }

    /// <summary>Prepares for the file's pieces.</summary>
    public void Begin()
    {
        _whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (_pieces > 1) _layer = new byte[_pieces * Hash256.Size];
        if (_pieces == 0) End();
    }

    /// <summary>The next piece of the whole file's hash.</summary>
    public void Chain(PieceBuffer piece)
    {
        _whole!.AppendData(piece.Data);
        if (piece.Index == _pieces - 1) End();
    }

    /// <summary>The v1 and v2 hashes of one piece; 20 bytes go to <paramref name="sha1"/>.</summary>
    public void HashPiece(PieceBuffer piece, Span<byte> sha1)
    {
        HashV1(piece.Data, sha1);
        var leaves = new byte[(int)MerkleTree.Leaves(piece.Data.Length) * Hash256.Size];
        for (var leaf = 0; leaf * Hash256.Size < leaves.Length; leaf++)
        {
            var from = leaf * PieceLength.Leaf;
            var block = piece.Data.Slice(from, Math.Min(PieceLength.Leaf, piece.Data.Length - from));
            SHA256.HashData(block, leaves.AsSpan(leaf * Hash256.Size));
        }
        if (_pieces == 1) _root = MerkleTree.SmallFileRoot(leaves);
        else MerkleTree.PieceHash(leaves, pieceLength).CopyTo(_layer.AsSpan(piece.Index * Hash256.Size));
    }

    /// <summary>What the torrent says of the file; once every piece is hashed.</summary>
    public HashedFile Hashed()
    {
        var root = _pieces > 1 ? MerkleTree.LargeFileRoot(_layer, pieceLength) : _root;
        return new HashedFile(file.Path, file.Bytes, root, _layer);
    }

    public void Dispose() => _whole?.Dispose();

    private void End()
    {
        Sha256 = new Hash256(_whole!.GetHashAndReset());
        _whole.Dispose();
        _whole = null;
    }

    private void HashV1(ReadOnlySpan<byte> data, Span<byte> sha1)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(data);
        for (var pad = padded ? pieceLength - data.Length : 0; pad > 0; pad -= Zeros.Length)
            hash.AppendData(Zeros.AsSpan(0, (int)Math.Min(pad, Zeros.Length)));
        hash.GetHashAndReset(sha1);
    }
}
