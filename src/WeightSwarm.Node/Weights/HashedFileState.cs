using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Weights;

/// <summary>
/// The hashes of one file in the making. One thread at a time reads it, in sequence, and hashes the whole file; its
/// pieces are hashed by any thread in any order.
/// </summary>
/// <param name="file">What was scanned.</param>
/// <param name="pieceLength">Bytes.</param>
/// <param name="v1">Room for SHA-1 of each of its pieces.</param>
/// <param name="padded">Its last v1 piece is filled up with zeros.</param>
internal sealed class HashedFileState(ScannedFile file, long pieceLength, Memory<byte> v1, bool padded) : IDisposable
{
    private readonly int _pieces = (int)PieceLength.Count(file.Bytes, pieceLength);
    private IncrementalHash? _whole;
    private byte[] _layer = [];
    private Hash256 _root;
    private int _left;

    public ScannedFile File => file;
    /// <summary>The piece to read next.</summary>
    public int NextPiece { get; set; }
    /// <summary>Every byte was read, and none changed meanwhile.</summary>
    public bool IsRead { get; private set; }
    /// <summary>Open while it is read.</summary>
    public SafeFileHandle? Handle { get; set; }
    /// <summary>SHA-256 of the whole file, once all is read.</summary>
    public Hash256 Sha256 { get; private set; }

    /// <summary>Prepares for the file's pieces.</summary>
    public void Begin(SafeFileHandle handle)
    {
        Handle = handle;
        _whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (_pieces > 1) _layer = new byte[_pieces * Hash256.Size];
        _left = _pieces + 1;
    }

    /// <summary>The next block of the whole file's hash.</summary>
    public void Chain(ReadOnlySpan<byte> block) => _whole!.AppendData(block);

    /// <summary>Ends the whole file's hash; true when every hash of the file is known.</summary>
    public bool EndChain()
    {
        Sha256 = new Hash256(_whole!.GetHashAndReset());
        IsRead = true;
        Dispose();
        return Interlocked.Decrement(ref _left) == 0;
    }

    /// <summary>The v1 and v2 hashes of a piece that went into the hasher; true when every hash is known.</summary>
    public bool EndPiece(int index, PieceHasher hasher)
    {
        var leaves = hasher.End(padded, v1.Span.Slice(index * Sha1.Size, Sha1.Size));
        if (_pieces == 1) _root = MerkleTree.SmallFileRoot(leaves);
        else MerkleTree.PieceHash(leaves, pieceLength).CopyTo(_layer.AsSpan(index * Hash256.Size));
        return Interlocked.Decrement(ref _left) == 0;
    }

    /// <summary>What to keep of it for a later run; once every hash is known.</summary>
    public IngestedFile ToKept() => new(
        file.FullPath, file.Bytes, file.Stamp.ModifiedNs, file.Stamp.ChangedNs, file.Stamp.Inode, Sha256, _root,
        v1.ToArray(), _layer);

    /// <summary>Takes the hashes that an earlier run kept, instead of reading; false when they do not fit.</summary>
    public bool TryTake(IngestedFile kept)
    {
        var layer = _pieces > 1 ? _pieces * Hash256.Size : 0;
        if (kept.PiecesV1.Length != v1.Length || kept.Layer.Length != layer) return false;
        kept.PiecesV1.CopyTo(v1);
        (Sha256, _root, _layer, IsRead) = (kept.Sha256, kept.Root, kept.Layer, true);
        return true;
    }

    /// <summary>What the torrent says of the file; once every hash is known.</summary>
    public HashedFile Hashed()
    {
        var root = _pieces > 1 ? MerkleTree.LargeFileRoot(_layer, pieceLength) : _root;
        return new HashedFile(file.Path, file.Bytes, root, _layer);
    }

    public void Dispose()
    {
        _whole?.Dispose();
        Handle?.Dispose();
        (_whole, Handle) = (null, null);
    }
}
