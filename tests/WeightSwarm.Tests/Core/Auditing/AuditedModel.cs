using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Tests.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Auditing;

/// <summary>
/// A small model whose files have every awkward size: empty, shorter than a leaf, exactly a leaf, one piece, a piece
/// and a byte, many pieces with a short end. Slices of three pieces span several of them.
/// </summary>
internal sealed class AuditedModel
{
    public const int PieceBytes = 4 * NaiveTorrent.Leaf, PiecesPerSlice = 3;

    private static readonly (string Path, int Bytes)[] _files =
    [
        ("a", 1), ("b", 0), ("c", NaiveTorrent.Leaf), ("d", NaiveTorrent.Leaf + 1), ("e", PieceBytes),
        ("f", PieceBytes + 1), ("g", 5 * PieceBytes + 3 * NaiveTorrent.Leaf + 7), ("h", 100), ("i", 0),
    ];

    private readonly byte[][] _contents;

    public AuditedModel()
    {
        _contents = [.. _files.Select((f, i) => NaiveTorrent.Content(i + 1, f.Bytes))];
        var (result, bytes) = NaiveTorrent.Build(
            "model", PieceBytes, [.. _files.Select((f, i) => (f.Path, _contents[i]))]);
        Metainfo = result.Metainfo ?? throw new InvalidOperationException(result.Reason);
        Manifest = Manifest.Of(Metainfo, [.. _contents.Select(c => Hash256.Of(c))]);
        var layout = SliceLayout.For(Metainfo, PieceBytes * PiecesPerSlice);
        Entry = new Entry
        {
            ModelId = Metainfo.InfoHashV2,
            Model = "org/model",
            Revision = "1",
            InfoHashV1 = Metainfo.InfoHashV1,
            ManifestHash = Manifest.Hash,
            MetainfoHash = Hash256.Of(bytes),
            MetainfoBytes = bytes.Length,
            PieceLength = PieceBytes,
            Pieces = Metainfo.Pieces,
            PiecesPerSlice = PiecesPerSlice,
            Bytes = Metainfo.Bytes,
            Files = Metainfo.Files.Length,
            Licence = "MIT",
            SliceLeaves = layout.SliceLeaves,
        };
        ByTorrent = SliceLeaves.Of(Metainfo, PiecesPerSlice);
        ByManifest = SliceLeaves.Of(Manifest, Entry);
    }

    public Metainfo Metainfo { get; }
    public Manifest Manifest { get; }
    public Entry Entry { get; }
    public SliceLeaves ByTorrent { get; }
    public SliceLeaves ByManifest { get; }

    /// <summary>The bytes of a file, by its index.</summary>
    public ReadOnlySpan<byte> ContentOf(int file) => _contents[file];

    /// <summary>All leaves of a slice, found by walking over its pieces.</summary>
    public List<LeafPlace> LeavesOf(int slice)
    {
        var (first, count) = Entry.PiecesOf(slice);
        List<LeafPlace> leaves = [];
        for (var piece = first; piece < first + count; piece++)
        {
            var file = Metainfo.FileOf(piece);
            var firstLeaf = (piece - Metainfo.Files[file].FirstPiece) * (PieceBytes / NaiveTorrent.Leaf);
            for (var at = 0L; at < Metainfo.PieceBytes(piece); at += NaiveTorrent.Leaf)
                leaves.Add(new LeafPlace(file, firstLeaf + at / NaiveTorrent.Leaf));
        }
        return leaves;
    }

    /// <summary>The proof that an honest holder gives.</summary>
    public LeafProof Prove(LeafPlace place)
    {
        var file = Metainfo.Files[place.File];
        var pieceInFile = (int)(place.Leaf / (PieceBytes / NaiveTorrent.Leaf));
        var piece = _contents[place.File].AsMemory(
            pieceInFile * PieceBytes, (int)Metainfo.PieceBytes(file.FirstPiece + pieceInFile));
        return PossessionProof.Prove(Metainfo, ByTorrent, place, piece);
    }
}
