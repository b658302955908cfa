using System.Security.Cryptography;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Torrent;

namespace WeightSwarm.Tests.Torrent;

/// <summary>A small hybrid torrent with content drawn from a seed.</summary>
internal sealed class TestTorrent
{
    private const int LeafLength = 16 * 1024;

    private TestTorrent(string name, int pieceLength, SortedDictionary<string, byte[]> files)
    {
        Name = name;
        PieceLength = pieceLength;
        Files = files;
        Metainfo = LibtorrentMetainfo.Create(name, pieceLength, NewFiles(), V1Hashes());
        Key = LibtorrentMetainfo.Describe(Metainfo).Key;
    }

    public string Name { get; }
    public int PieceLength { get; }
    public SortedDictionary<string, byte[]> Files { get; }
    public byte[] Metainfo { get; }
    public string Key { get; }
    public int Pieces => Files.Values.Sum(PiecesOf);
    public long Bytes => Files.Values.Sum(static content => (long)content.Length);

    /// <summary>Two files of several pieces, a small one in nested folders, and an empty one.</summary>
    public static TestTorrent Typical(int seed, string name = "model") => Make(seed, name, LeafLength * 2,
        ("config.json", 700), ("empty.txt", 0), ("nested/deep/tokenizer.bin", 33_000),
        ("weights-1.safetensors", 300_000), ("weights-2.safetensors", 262_144));

    public static TestTorrent Make(int seed, string name, int pieceLength, params (string Path, int Length)[] files)
    {
        var random = new Random(seed);
        var contents = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        foreach (var (path, length) in files)
        {
            contents[path] = new byte[length];
            random.NextBytes(contents[path]);
        }
        return new TestTorrent(name, pieceLength, contents);
    }

    /// <summary>Writes the files below folder/name.</summary>
    public void WriteTo(string folder)
    {
        foreach (var (path, content) in Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(folder, path))!);
            File.WriteAllBytes(PathOf(folder, path), content);
        }
    }

    public string PathOf(string folder, string file) => Path.Combine(folder, Name, file);

    /// <summary>The file, and the offset in it, where a piece begins.</summary>
    public (string File, int Offset) Locate(int piece)
    {
        foreach (var (path, content) in Files)
        {
            var pieces = PiecesOf(content);
            if (piece < pieces)
                return (path, piece * PieceLength);
            piece -= pieces;
        }
        throw new ArgumentOutOfRangeException(nameof(piece));
    }

    /// <summary>Changes one byte of a piece on disk.</summary>
    public void Corrupt(string folder, int piece)
    {
        var (path, offset) = Locate(piece);
        using var file = File.Open(PathOf(folder, path), FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        var value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 0x40));
    }

    /// <summary>The bytes of a piece, without padding.</summary>
    public ReadOnlyMemory<byte> PieceBytes(int piece)
    {
        var (path, offset) = Locate(piece);
        return Files[path].AsMemory(offset, Math.Min(PieceLength, Files[path].Length - offset));
    }

    private int PiecesOf(byte[] content) => (content.Length + PieceLength - 1) / PieceLength;

    private List<NewMetainfoFile> NewFiles() =>
        [.. Files.Select(file => new NewMetainfoFile(file.Key, file.Value.Length, PieceLayer(file.Value)))];

    private byte[] V1Hashes()
    {
        var hashes = new List<byte>();
        var padded = new byte[PieceLength];
        for (var piece = 0; piece < Pieces; piece++)
        {
            Array.Clear(padded);
            PieceBytes(piece).Span.CopyTo(padded);
            hashes.AddRange(Sha1.Of(padded));
        }
        return [.. hashes];
    }

    // BEP 52: leaves of 16 KiB, padded with zero hashes to a piece; a file of one piece only to a power of two.
    private byte[] PieceLayer(byte[] content)
    {
        var layer = new List<byte>();
        for (var start = 0; start < content.Length; start += PieceLength)
        {
            var piece = content.AsSpan(start, Math.Min(PieceLength, content.Length - start));
            var leaves = (piece.Length + LeafLength - 1) / LeafLength;
            var width = content.Length > PieceLength
                ? PieceLength / LeafLength
                : (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)leaves);
            layer.AddRange(Root(piece, width));
        }
        return [.. layer];
    }

    private static byte[] Root(ReadOnlySpan<byte> piece, int width)
    {
        var nodes = new byte[width][];
        for (var leaf = 0; leaf < width; leaf++)
        {
            var start = leaf * LeafLength;
            nodes[leaf] = start < piece.Length
                ? SHA256.HashData(piece[start..Math.Min(piece.Length, start + LeafLength)])
                : new byte[32];
        }
        for (; width > 1; width /= 2)
            for (var i = 0; i < width / 2; i++)
                nodes[i] = SHA256.HashData([.. nodes[2 * i], .. nodes[2 * i + 1]]);
        return nodes[0];
    }
}
