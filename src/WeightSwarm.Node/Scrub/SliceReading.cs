using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Weights;

namespace WeightSwarm.Node.Scrub;

/// <summary>
/// Reads one slice piece by piece and compares each with its BEP 52 hash. What is wrong is read a second time before it
/// counts. Changes nothing.
/// </summary>
public sealed class SliceReading
{
    private readonly HeldModel _model;
    private readonly IScrubReader _reader;
    private readonly int _end;
    private readonly List<BadPiece> _bad = [];
    private readonly byte[] _leaves;

    /// <summary>From a piece on, which must be the slice's.</summary>
    public SliceReading(HeldModel model, int slice, int firstPiece, IScrubReader reader, long startedMs)
    {
        (_model, Slice, Piece, _reader, StartedMs) = (model, slice, firstPiece, reader, startedMs);
        var (first, count) = model.Content.Entry.PiecesOf(slice);
        _end = first + count;
        ArgumentOutOfRangeException.ThrowIfLessThan(firstPiece, first);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(firstPiece, _end);
        _leaves = new byte[model.Content.Metainfo.PieceLength / PieceLength.Leaf * Hash256.Size];
    }

    /// <summary>Goes on where an earlier reading of the slice stopped, or begins anew.</summary>
    public static SliceReading From(
        HeldModel model, int slice, ScrubCursor? cursor, IScrubReader reader, long nowMs)
    {
        var (first, count) = model.Content.Entry.PiecesOf(slice);
        return cursor is not null && cursor.Piece > first && cursor.Piece < first + count
            ? new SliceReading(model, slice, cursor.Piece, reader, cursor.StartedMs)
            : new SliceReading(model, slice, first, reader, nowMs);
    }

    /// <summary>The model.</summary>
    public HeldModel Model => _model;
    /// <summary>The slice.</summary>
    public int Slice { get; }
    /// <summary>The next piece to read.</summary>
    public int Piece { get; private set; }
    /// <summary>Unix milliseconds of the first read.</summary>
    public long StartedMs { get; }
    /// <summary>Nothing is left to read.</summary>
    public bool IsDone => Piece == _end;
    /// <summary>What was found so far.</summary>
    public SliceFinding Finding => new(_model.Key, Slice, [.. _bad], IsDone);

    private Metainfo Metainfo => _model.Content.Metainfo;

    /// <summary>Reads the next piece; answers how many bytes that were, and what is wrong with it.</summary>
    public (long Bytes, BadPiece? Bad) Next()
    {
        var piece = Piece;
        var bad = Try(piece) is null ? null : Try(piece);
        Piece++;
        if (bad is not null) _bad.Add(bad);
        return (Metainfo.PieceBytes(piece), bad);
    }

    private BadPiece? Try(int piece)
    {
        if (Look(piece) is { } absent) return absent;
        try
        {
            return Compare(piece);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failed(piece, e);
        }
    }

    private BadPiece? Look(int piece)
    {
        try
        {
            var (content, bytes) = _reader.Look(PathOf(piece), _model.InPlace);
            if (content == PathContent.Nothing) return Bad(piece, PieceFault.Missing, "is not there");
            if (content == PathContent.Other) return Bad(piece, PieceFault.NotAFile, "is not a regular file");
            var needed = OffsetOf(piece) + Metainfo.PieceBytes(piece);
            return bytes < needed ? Bad(piece, PieceFault.Cut, $"ends after {bytes} bytes") : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Failed(piece, e);
        }
    }

    private BadPiece? Compare(int piece)
    {
        using var file = _reader.Open(PathOf(piece), _model.InPlace);
        var (offset, left, leaves, zeros) = (OffsetOf(piece), Metainfo.PieceBytes(piece), 0, true);
        while (left > 0)
        {
            var block = file.Read(offset, (int)Math.Min(left, DiskReader.BlockBytes));
            if (block.IsEmpty) return Bad(piece, PieceFault.Cut, $"ends after {offset} bytes");
            zeros &= !block.ContainsAnyExcept((byte)0);
            (offset, left) = (offset + block.Length, left - block.Length);
            for (; !block.IsEmpty; leaves++)
            {
                var leaf = block[..Math.Min(PieceLength.Leaf, block.Length)];
                MerkleTree.Leaf(leaf).CopyTo(_leaves.AsSpan(leaves * Hash256.Size));
                block = block[leaf.Length..];
            }
        }
        if (RootOf(piece, _leaves.AsSpan(0, leaves * Hash256.Size)) == Metainfo.PieceHashV2(piece)) return null;
        return zeros ? Bad(piece, PieceFault.Hole, "has a hole") : Bad(piece, PieceFault.Wrong, "has other bytes");
    }

    private Hash256 RootOf(int piece, ReadOnlySpan<byte> leaves) =>
        Metainfo.Files[Metainfo.FileOf(piece)].Pieces == 1
            ? MerkleTree.SmallFileRoot(leaves)
            : MerkleTree.PieceHash(leaves, Metainfo.PieceLength);

    private BadPiece Failed(int piece, Exception e) => e is IOException io && DiskFaults.IsDiskError(io)
        ? Bad(piece, PieceFault.Unreadable, $"cannot be read: {e.Message}")
        : Bad(piece, PieceFault.Refused, $"cannot be read: {e.Message}");

    private BadPiece Bad(int piece, PieceFault fault, string what)
    {
        var file = Metainfo.Files[Metainfo.FileOf(piece)];
        var detail = FormattableString.Invariant(
            $"{Path.Combine(_model.Root, file.Path)} {what} (piece {piece}, at byte {OffsetOf(piece)})");
        return new BadPiece(piece, fault, file.Path, detail);
    }

    private string PathOf(int piece) => Path.Combine(_model.Root, Metainfo.Files[Metainfo.FileOf(piece)].Path);

    private long OffsetOf(int piece) =>
        (piece - Metainfo.Files[Metainfo.FileOf(piece)].FirstPiece) * Metainfo.PieceLength;
}
