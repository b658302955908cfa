using System.Collections.Immutable;

namespace WeightSwarm.Core.Catalogue;

/// <summary>What became of reading metainfo: a value, or a reason.</summary>
/// <param name="Metainfo">What was read, or null.</param>
/// <param name="Reason">Why it was refused, in words; empty for success.</param>
public sealed record MetainfoResult(Metainfo? Metainfo, string Reason);

/// <summary>
/// A .torrent in the catalogue's canonical form (BEP 3, 47 and 52): a hybrid of v1 and v2 (or v2 alone), whose info
/// dictionary holds nothing but names, sizes and hashes. Immutable. Everything in it agrees with everything else.
/// </summary>
public sealed class Metainfo
{
    /// <summary>Largest .torrent that is read, bytes.</summary>
    public const int MostBytes = 64 << 20;
    /// <summary>Most files.</summary>
    public const int MostFiles = 200_000;
    /// <summary>Most pieces.</summary>
    public const int MostPieces = 1 << 20;

    private readonly ReadOnlyMemory<byte> _info;
    private readonly ReadOnlyMemory<byte> _layers;
    private readonly ReadOnlyMemory<byte> _piecesV1;
    private readonly ImmutableSortedDictionary<Hash256, ReadOnlyMemory<byte>> _layerOf;

    internal Metainfo(MetainfoParts parts)
    {
        Name = parts.Name;
        PieceLength = parts.PieceLength;
        Files = parts.Files;
        Bytes = parts.Files.Sum(file => file.Bytes);
        Pieces = parts.Files[^1].FirstPiece + parts.Files[^1].Pieces;
        InfoHashV1 = parts.InfoHashV1;
        InfoHashV2 = parts.InfoHashV2;
        _info = parts.Info;
        _layers = parts.Layers;
        _piecesV1 = parts.PiecesV1;
        _layerOf = parts.LayerOf;
    }

    /// <summary>
    /// Reads and checks a .torrent of at most <see cref="MostBytes"/> from anybody. The bytes are copied. Trackers, web
    /// seeds and comments are ignored: see <see cref="ToEngineBytes"/>.
    /// </summary>
    public static MetainfoResult Parse(ReadOnlyMemory<byte> bytes) => MetainfoParser.Parse(bytes);

    /// <summary>The torrent's name: the folder that its files lie in.</summary>
    public string Name { get; }
    /// <summary>Bytes; a power of two.</summary>
    public long PieceLength { get; }
    /// <summary>The files in torrent order, without padding files.</summary>
    public ImmutableArray<MetainfoFile> Files { get; }
    /// <summary>File bytes, padding excluded.</summary>
    public long Bytes { get; }
    /// <summary>Number of pieces.</summary>
    public int Pieces { get; }
    /// <summary>SHA-1 of the info dictionary, 20 bytes; empty for v2 alone.</summary>
    public ImmutableArray<byte> InfoHashV1 { get; }
    /// <summary>SHA-256 of the info dictionary: the model id.</summary>
    public Hash256 InfoHashV2 { get; }
    /// <summary>Whether stock v1 clients can use it.</summary>
    public bool IsHybrid => !InfoHashV1.IsEmpty;

    /// <summary>SHA-1 of a piece, 20 bytes, over <see cref="PieceV1Bytes"/> bytes; empty for v2 alone.</summary>
    public ReadOnlySpan<byte> PieceHashV1(int piece) => IsHybrid ? _piecesV1.Span.Slice(piece * 20, 20) : default;

    /// <summary>Bytes that the v1 hash of a piece covers: the file's bytes and the zeros behind them.</summary>
    public long PieceV1Bytes(int piece)
    {
        var file = Files[FileOf(piece)];
        return Math.Min(PieceLength, file.Bytes + file.PadBytes - (piece - file.FirstPiece) * PieceLength);
    }

    /// <summary>Bytes of a piece, padding excluded: 1 to the piece length.</summary>
    public long PieceBytes(int piece)
    {
        var file = Files[FileOf(piece)];
        return Math.Min(PieceLength, file.Bytes - (piece - file.FirstPiece) * PieceLength);
    }

    /// <summary>
    /// BEP 52 hash of a piece: its place in the piece layer, or the pieces root where the file has one piece. From
    /// leaves: <see cref="MerkleTree.PieceHash"/> and <see cref="MerkleTree.SmallFileRoot"/>.
    /// </summary>
    public Hash256 PieceHashV2(int piece)
    {
        var file = Files[FileOf(piece)];
        return file.Pieces == 1
            ? file.PiecesRoot
            : new Hash256(PieceLayer(file).Slice((piece - file.FirstPiece) * Hash256.Size, Hash256.Size));
    }

    /// <summary>The piece layer of a file: a hash per piece; empty for a file of at most one piece.</summary>
    public ReadOnlySpan<byte> PieceLayer(MetainfoFile file) =>
        file.Pieces > 1 ? _layerOf[file.PiecesRoot].Span : default;

    /// <summary>Index of the file that a piece belongs to; empty files own none.</summary>
    public int FileOf(int piece)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(piece);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(piece, Pieces);
        int low = 0, high = Files.Length - 1;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (Files[middle].FirstPiece <= piece) low = middle;
            else high = middle - 1;
        }
        return low;
    }

    /// <summary>
    /// The .torrent reduced to its info dictionary and piece layers: what an engine and stock clients get, so that
    /// nobody's trackers or web seeds are called.
    /// </summary>
    public byte[] ToEngineBytes() => new BencodeWriter().Dictionary()
        .Bytes("info"u8).Raw(_info.Span).Bytes("piece layers"u8).Raw(_layers.Span).End().ToArray();

    /// <summary>
    /// The same files, pieces and padding as a torrent of version 1 alone, which has an info-hash of its own: for
    /// clients that cannot read a hybrid (aria2 before 1.37, Transmission before 4). Everybody derives the same one.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is no hybrid.</exception>
    public byte[] ToVersion1Bytes()
    {
        var info = BencodeDocument.Parse(_info, MetainfoParser.Limits, out _);
        if (info is null || !info.Root.TryGet("files"u8, out var files))
            throw new InvalidOperationException($"{Name} has no version 1 to derive");
        return new BencodeWriter().Dictionary().Bytes("info"u8).Dictionary()
            .Bytes("files"u8).Raw(files.Span).Bytes("name"u8).Text(Name)
            .Bytes("piece length"u8).Number(PieceLength).Bytes("pieces"u8).Bytes(_piecesV1.Span)
            .End().End().ToArray();
    }
}

/// <summary>What the parser hands over once everything is checked.</summary>
internal sealed record MetainfoParts(
    string Name, long PieceLength, ImmutableArray<MetainfoFile> Files, ImmutableArray<byte> InfoHashV1,
    Hash256 InfoHashV2, ReadOnlyMemory<byte> Info, ReadOnlyMemory<byte> Layers, ReadOnlyMemory<byte> PiecesV1,
    ImmutableSortedDictionary<Hash256, ReadOnlyMemory<byte>> LayerOf);
