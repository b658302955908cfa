using System.Collections.Immutable;
using System.Text;

namespace WeightSwarm.Core.Catalogue;

/// <summary>
/// Reads metainfo from anybody. It stands between the network and the engine: libtorrent 2.0.8 reads out of bounds on a
/// hybrid without v1 pieces (its pull request 8759), so nothing is left to it to notice. The first fault ends the
/// reading.
/// </summary>
internal sealed class MetainfoParser
{
    // The path depth and what encloses the file tree; a token per key and value of the largest model.
    internal static readonly BencodeLimits Limits = new(ModelPath.MostSegments + 8, 6_000_000);

    // Nested folders let a short file tree stand for very long paths.
    private const long MostPathCharacters = 32 << 20;

    private readonly List<TreeFile> _files = [];
    private readonly PathSet _paths = new();
    private string _fault = "";
    private string _name = "";
    private long _pieceLength;
    private long _pathCharacters;

    private sealed record TreeFile(string Path, long Bytes, Hash256 Root);

    public static MetainfoResult Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > Metainfo.MostBytes)
            return Refused($"it has {bytes.Length} bytes; {Metainfo.MostBytes} is the limit");
        var document = BencodeDocument.Parse(bytes.ToArray(), Limits, out var reason);
        if (document is null) return Refused($"it is not strict bencoding: {reason}");
        var parser = new MetainfoParser();
        var parts = parser.Read(document.Root);
        return parts is null ? Refused(parser._fault) : new MetainfoResult(new Metainfo(parts), "");
    }

    private static MetainfoResult Refused(string reason) => new(null, $"the .torrent is refused: {reason}");

    private MetainfoParts? Read(BencodeNode root)
    {
        if (root.Kind != BencodeKind.Dictionary) return Fail("it is no dictionary");
        if (!root.TryGet("info"u8, out var info) || info.Kind != BencodeKind.Dictionary)
            return Fail("it has no info dictionary");
        if (!info.TryGet("meta version"u8, out var version))
            return Fail("it is BitTorrent v1 alone, which has no hashes per file; make a hybrid torrent of the files");
        if (!version.TryInteger(out var number) || number != 2) return Fail("its meta version is not 2");
        if (!ReadInfo(info) || !ReadTree(info)) return null;
        var files = MetainfoLayout.Place(_files.Select(f => (f.Path, f.Bytes, f.Root)), _pieceLength, out var pieces);
        if (pieces is 0 or > Metainfo.MostPieces)
            return Fail($"it has {pieces} pieces; 1 to {Metainfo.MostPieces} are accepted");
        var layers = ReadLayers(root, files, out var layerNode);
        if (layers is null) return null;
        files = MetainfoLayout.Padded(files, _pieceLength, _files.Count > 1);
        return Finish(info, layerNode, layers, files, (int)pieces);
    }

    private bool ReadInfo(BencodeNode info)
    {
        foreach (var (key, _) in info.Pairs)
            if (!IsKnown(key.Span))
                return False($"its info has the key '{Quote(key.Span)}', which the catalogue's form does not have");
        if (!info.TryGet("name"u8, out var name) || !name.TryString(out var utf8)) return False("it has no name");
        _name = ModelPath.ReadSegment(utf8.Span, out var reason) ?? "";
        if (_name.Length == 0) return False($"its name {reason}");
        if (!info.TryGet("piece length"u8, out var length) || !length.TryInteger(out _pieceLength))
            return False("it has no piece length");
        return PieceLength.IsValid(_pieceLength) || False(
            $"its piece length is {_pieceLength}; "
                + $"powers of two from {PieceLength.Leaf} to {PieceLength.Largest} are accepted");
    }

    private static bool IsKnown(ReadOnlySpan<byte> key) =>
        key.SequenceEqual("file tree"u8) || key.SequenceEqual("files"u8)
            || key.SequenceEqual("meta version"u8) || key.SequenceEqual("name"u8) || key.SequenceEqual("piece length"u8)
            || key.SequenceEqual("pieces"u8);

    private bool ReadTree(BencodeNode info)
    {
        if (!info.TryGet("file tree"u8, out var tree) || tree.Kind != BencodeKind.Dictionary)
            return False("it has no file tree");
        if (!ReadFolder(tree, "", 1)) return false;
        var isHybrid = info.TryGet("files"u8, out _) || info.TryGet("pieces"u8, out _);
        if (!isHybrid && _files.Count == 1 && _files[0].Path == _name)
            return False($"its only file is named as the torrent, '{_name}'; files must lie in a folder of that name");
        return true;
    }

    // Recursion is bounded by the depth that the bencoding may have.
    private bool ReadFolder(BencodeNode folder, string prefix, int depth)
    {
        if (depth > ModelPath.MostSegments) return False($"a path has more than {ModelPath.MostSegments} segments");
        var any = false;
        foreach (var (key, node) in folder.Pairs)
        {
            any = true;
            if (ModelPath.ReadSegment(key.Span, out var reason) is not { } segment)
                return False($"a file in '{prefix}' {reason}");
            if (node.Kind != BencodeKind.Dictionary) return False($"'{prefix}{segment}' is neither file nor folder");
            var isFile = node.TryGet(""u8, out var properties);
            if (isFile && node.Pairs.Skip(1).Any()) return False($"'{prefix}{segment}' is both a file and a folder");
            var path = prefix + segment;
            if (isFile ? !ReadFile(properties, path) : !ReadFolder(node, path + "/", depth + 1)) return false;
        }
        return any || False(prefix.Length == 0 ? "it has no file" : $"the folder '{prefix}' is empty");
    }

    private bool ReadFile(BencodeNode properties, string path)
    {
        if (ModelPath.Fault(path) is { } fault) return False($"the path '{path}' {fault}");
        if ((_pathCharacters += path.Length) > MostPathCharacters)
            return False($"its paths together are longer than {MostPathCharacters} characters");
        if (_files.Count == Metainfo.MostFiles) return False($"it has more than {Metainfo.MostFiles} files");
        if (!properties.TryGet("length"u8, out var node) || !node.TryInteger(out var bytes) || bytes < 0)
            return False($"'{path}' has no length");
        if (bytes > _pieceLength * Metainfo.MostPieces) return False($"'{path}' has {bytes} bytes, too many pieces");
        var root = default(Hash256);
        var hasRoot = properties.TryGet("pieces root"u8, out var rootNode);
        if (hasRoot && (!rootNode.TryString(out var hash) || !Hash256.TryRead(hash.Span, out root)))
            return False($"the pieces root of '{path}' does not have 32 bytes");
        if (hasRoot != bytes > 0) return False($"'{path}' has {bytes} bytes and {(hasRoot ? "a" : "no")} pieces root");
        if (properties.Pairs.Count() != (hasRoot ? 2 : 1))
            return False($"'{path}' has attributes, which are not accepted");
        if (_paths.Add(path) is { } collision) return False($"the path {collision}");
        _files.Add(new TreeFile(path, bytes, root));
        return true;
    }

    private SortedDictionary<Hash256, ReadOnlyMemory<byte>>? ReadLayers(
        BencodeNode root, IReadOnlyList<MetainfoFile> files, out BencodeNode layers)
    {
        var known = new SortedDictionary<Hash256, ReadOnlyMemory<byte>>();
        if (!root.TryGet("piece layers"u8, out layers) || layers.Kind != BencodeKind.Dictionary)
            return NoLayers("it has no piece layers");
        foreach (var (key, node) in layers.Pairs)
            if (!Hash256.TryRead(key.Span, out var hash) || !node.TryString(out var layer)
                || !known.TryAdd(hash, layer))
                return NoLayers("its piece layers are not strings under pieces roots");
        var proven = new SortedSet<Hash256>();
        foreach (var file in files.Where(file => file.Pieces > 1))
        {
            if (!known.TryGetValue(file.PiecesRoot, out var layer))
                return NoLayers($"'{file.Path}' has no piece layer");
            if (layer.Length != (long)file.Pieces * Hash256.Size)
                return NoLayers($"the piece layer of '{file.Path}' has {layer.Length} bytes, not {file.Pieces} hashes");
            if (!proven.Add(file.PiecesRoot)) continue;
            if (MerkleTree.LargeFileRoot(layer.Span, _pieceLength) != file.PiecesRoot)
                return NoLayers($"the piece layer of '{file.Path}' does not lead to its pieces root");
        }
        return proven.Count == known.Count ? known : NoLayers("it has a piece layer that belongs to no file");
    }

    private MetainfoParts? Finish(
        BencodeNode info, BencodeNode layerNode, SortedDictionary<Hash256, ReadOnlyMemory<byte>> layers,
        ImmutableArray<MetainfoFile> files, int pieces)
    {
        var hasFiles = info.TryGet("files"u8, out var list);
        var hasPieces = info.TryGet("pieces"u8, out var node);
        if (hasFiles != hasPieces)
            return Fail($"it has v1 {(hasFiles ? "files without pieces" : "pieces without files")}");
        var hashes = default(ReadOnlyMemory<byte>);
        if (hasPieces && (!node.TryString(out hashes) || hashes.Length != pieces * 20L))
            return Fail($"its v1 pieces have {hashes.Length} bytes, not {pieces} times 20");
        if (hasFiles)
        {
            if (MetainfoV1Files.Fault(list, files, out var tailPadded) is { } fault) return Fail(fault);
            if (!tailPadded) files = MetainfoLayout.WithoutTail(files);
        }
        return new MetainfoParts(
            _name, _pieceLength, files, hasFiles ? [.. Sha1.Of(info.Span)] : [], Hash256.Of(info.Span),
            info.Memory, layerNode.Memory, hashes, layers.ToImmutableSortedDictionary());
    }

    private SortedDictionary<Hash256, ReadOnlyMemory<byte>>? NoLayers(string fault)
    {
        _fault = fault;
        return null;
    }

    private MetainfoParts? Fail(string fault)
    {
        _fault = fault;
        return null;
    }

    private bool False(string fault)
    {
        _fault = fault;
        return false;
    }

    private static string Quote(ReadOnlySpan<byte> key) =>
        new([.. Encoding.Latin1.GetString(key[..Math.Min(key.Length, 40)]).Select(c => char.IsAsciiLetterOrDigit(c)
            || c is ' ' or '-' or '_' or '.' ? c : '?')]);
}
