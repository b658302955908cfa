using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Auditing;

/// <summary>The part of one file that lies in a slice: whole leaves, since slices and files begin on pieces.</summary>
/// <param name="File">Index of the file in torrent order.</param>
/// <param name="FirstLeaf">Its first leaf in the slice, counted from the file's beginning.</param>
/// <param name="Leaves">How many leaves of it lie in the slice.</param>
public readonly record struct LeafRun(int File, long FirstLeaf, long Leaves);

/// <summary>One leaf of a slice.</summary>
/// <param name="File">Index of the file in torrent order.</param>
/// <param name="Leaf">The leaf, counted from the file's beginning.</param>
public readonly record struct LeafPlace(int File, long Leaf);

/// <summary>
/// Where the leaves of a model's slices lie: what an auditor and a holder must agree on, made from the manifest (or the
/// .torrent) and two numbers of the entry. Immutable.
/// </summary>
public sealed class SliceLeaves
{
    private readonly ImmutableArray<MetainfoFile> _files;
    private readonly int _piecesPerSlice;
    private readonly int _pieces;

    private SliceLeaves(ImmutableArray<MetainfoFile> files, long pieceLength, int piecesPerSlice)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(piecesPerSlice, 1);
        _files = files;
        _piecesPerSlice = piecesPerSlice;
        _pieces = files.IsEmpty ? 0 : files[^1].FirstPiece + files[^1].Pieces;
        PieceLength = pieceLength;
    }

    /// <summary>From a manifest alone, which must be the entry's.</summary>
    public static SliceLeaves Of(Manifest manifest, Entry entry)
    {
        var files = MetainfoLayout.Place(
            manifest.Files.Select(f => (f.Path, f.Bytes, f.PiecesRoot)), entry.PieceLength, out _);
        return new SliceLeaves(files, entry.PieceLength, entry.PiecesPerSlice);
    }

    /// <summary>From the .torrent.</summary>
    public static SliceLeaves Of(Metainfo metainfo, int piecesPerSlice) =>
        new(metainfo.Files, metainfo.PieceLength, piecesPerSlice);

    /// <summary>Bytes.</summary>
    public long PieceLength { get; }

    /// <summary>Number of slices.</summary>
    public int Slices => (_pieces - 1) / _piecesPerSlice + 1;

    /// <summary>A file by its index.</summary>
    public MetainfoFile File(int index) => _files[index];

    /// <summary>The leaves of a slice, file by file; empty for a slice that the model does not have.</summary>
    public ImmutableArray<LeafRun> RunsOf(int slice)
    {
        if (slice < 0 || slice >= Slices) return [];
        var (from, to) = ((long)slice * _piecesPerSlice, Math.Min(_pieces, (slice + 1L) * _piecesPerSlice));
        var runs = ImmutableArray.CreateBuilder<LeafRun>();
        for (var index = FirstFileAt((int)from); index < _files.Length && _files[index].FirstPiece < to; index++)
        {
            var file = _files[index];
            var first = Math.Max(0, from - file.FirstPiece) * LeavesPerPiece;
            var end = Math.Min(MerkleTree.Leaves(file.Bytes), (to - file.FirstPiece) * LeavesPerPiece);
            if (end > first) runs.Add(new LeafRun(index, first, end - first));
        }
        return runs.DrainToImmutable();
    }

    /// <summary>The leaves of some parts of a slice, piece by piece; parts that it does not have are ignored.</summary>
    public ImmutableArray<LeafRun> RunsOf(int slice, PartMap parts)
    {
        if (slice < 0 || slice >= Slices) return [];
        var (first, end) = (slice * _piecesPerSlice, (int)Math.Min(_pieces, (slice + 1L) * _piecesPerSlice));
        var perPart = PartMap.PiecesPerPart(end - first);
        return [.. Enumerable.Range(first, end - first)
            .Where(piece => parts.Contains((piece - first) / perPart)).Select(RunOfPiece)];
    }

    /// <summary>How many leaves a slice has.</summary>
    public long CountOf(int slice) => RunsOf(slice).Sum(run => run.Leaves);

    /// <summary>The piece that a leaf lies in.</summary>
    public int PieceOf(LeafPlace place) => _files[place.File].FirstPiece + (int)(place.Leaf / LeavesPerPiece);

    /// <summary>Bytes of a leaf: 16 KiB, or fewer at the end of its file.</summary>
    public int BytesOf(LeafPlace place) =>
        (int)Math.Min(Catalogue.PieceLength.Leaf, _files[place.File].Bytes - place.Leaf * Catalogue.PieceLength.Leaf);

    /// <summary>Hashes between a leaf and the pieces root of its file.</summary>
    public int HeightOf(int file) => _files[file].Pieces > 1
        ? MerkleTree.PieceHeight(PieceLength) + MerkleTree.Height(_files[file].Pieces)
        : MerkleTree.Height(MerkleTree.Leaves(_files[file].Bytes));

    private long LeavesPerPiece => PieceLength / Catalogue.PieceLength.Leaf;

    private LeafRun RunOfPiece(int piece)
    {
        var index = FirstFileAt(piece);
        var first = (piece - _files[index].FirstPiece) * LeavesPerPiece;
        return new LeafRun(index, first, Math.Min(LeavesPerPiece, MerkleTree.Leaves(_files[index].Bytes) - first));
    }

    private int FirstFileAt(int piece)
    {
        int low = 0, high = _files.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_files[middle].FirstPiece + _files[middle].Pieces <= piece) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
