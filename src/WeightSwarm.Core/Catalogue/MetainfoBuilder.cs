using System.Globalization;

namespace WeightSwarm.Core.Catalogue;

/// <summary>What hashing one file gave.</summary>
/// <param name="Path">Relative, '/' between segments; see <see cref="ModelPath"/>.</param>
/// <param name="Bytes">Size.</param>
/// <param name="PiecesRoot">BEP 52 root; zero for an empty file.</param>
/// <param name="PieceLayer">A 32-byte hash per piece; empty for a file of at most one piece.</param>
public sealed record HashedFile(string Path, long Bytes, Hash256 PiecesRoot, ReadOnlyMemory<byte> PieceLayer);

/// <summary>
/// Writes the canonical hybrid .torrent: the same files and name give the same bytes, and the info-hashes that
/// libtorrent 2.0.8 gives them. Its info dictionary has no key that BEP 3 and 52 do not demand.
/// </summary>
public static class MetainfoBuilder
{
    /// <summary>Writes a .torrent and reads it back with <see cref="Metainfo.Parse"/>.</summary>
    /// <param name="name">The torrent's name; see <see cref="ModelName.TorrentName"/>.</param>
    /// <param name="pieceLength">Bytes; see <see cref="PieceLength.For"/>.</param>
    /// <param name="files">In torrent order (<see cref="ModelPath.Compare"/>).</param>
    /// <param name="piecesV1">SHA-1 of every piece of the padded space, 20 bytes each.</param>
    /// <param name="bytes">The .torrent.</param>
    /// <returns>The metainfo, or why these files cannot be one torrent.</returns>
    public static MetainfoResult Build(
        string name, long pieceLength, IReadOnlyList<HashedFile> files, ReadOnlySpan<byte> piecesV1, out byte[] bytes)
    {
        var writer = new BencodeWriter().Dictionary().Bytes("info"u8).Dictionary();
        WriteTree(writer.Bytes("file tree"u8), files);
        WriteFiles(writer.Bytes("files"u8), files, pieceLength);
        writer.Bytes("meta version"u8).Number(2).Bytes("name"u8).Text(name)
            .Bytes("piece length"u8).Number(pieceLength).Bytes("pieces"u8).Bytes(piecesV1).End();
        WriteLayers(writer.Bytes("piece layers"u8), files);
        bytes = writer.End().ToArray();
        return Metainfo.Parse(bytes);
    }

    private static void WriteTree(BencodeWriter writer, IReadOnlyList<HashedFile> files)
    {
        writer.Dictionary();
        string[] open = [];
        foreach (var file in files)
        {
            var segments = file.Path.Split('/');
            var folders = segments[..^1];
            var shared = 0;
            while (shared < open.Length && shared < folders.Length && open[shared] == folders[shared]) shared++;
            for (var i = shared; i < open.Length; i++) writer.End();
            for (var i = shared; i < folders.Length; i++) writer.Text(folders[i]).Dictionary();
            open = folders;
            writer.Text(segments[^1]).Dictionary().Bytes(""u8).Dictionary().Bytes("length"u8).Number(file.Bytes);
            if (file.Bytes > 0) writer.Bytes("pieces root"u8).Bytes(file.PiecesRoot.ToArray());
            writer.End().End();
        }
        foreach (var _ in open) writer.End();
        writer.End();
    }

    private static void WriteFiles(BencodeWriter writer, IReadOnlyList<HashedFile> files, long pieceLength)
    {
        writer.List();
        foreach (var file in files)
        {
            writer.Dictionary().Bytes("length"u8).Number(file.Bytes).Bytes("path"u8).List();
            foreach (var segment in file.Path.Split('/')) writer.Text(segment);
            writer.End().End();
            var pad = PieceLength.Count(file.Bytes, pieceLength) * pieceLength - file.Bytes;
            if (files.Count > 1 && pad > 0) WritePad(writer, pad);
        }
        writer.End();
    }

    private static void WritePad(BencodeWriter writer, long bytes) => writer.Dictionary()
        .Bytes("attr"u8).Bytes("p"u8).Bytes("length"u8).Number(bytes).Bytes("path"u8).List()
        .Bytes(".pad"u8).Text(bytes.ToString(CultureInfo.InvariantCulture)).End().End();

    private static void WriteLayers(BencodeWriter writer, IReadOnlyList<HashedFile> files)
    {
        // Equal files share a root and so a layer.
        var layers = new SortedDictionary<Hash256, ReadOnlyMemory<byte>>();
        foreach (var file in files)
            if (!file.PieceLayer.IsEmpty)
                layers[file.PiecesRoot] = file.PieceLayer;
        writer.Dictionary();
        foreach (var (root, layer) in layers) writer.Bytes(root.ToArray()).Bytes(layer.Span);
        writer.End();
    }
}
