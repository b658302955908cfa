using System.Security.Cryptography;
using System.Text;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Catalogue;

/// <summary>
/// The slow, obvious way to hash a model: everything in memory, every rule of BEP 3, 47 and 52 spelled out.
/// </summary>
internal static class NaiveTorrent
{
    public const int Leaf = 16384;

    public static (MetainfoResult Result, byte[] Bytes) Build(
        string name, int pieceLength, params (string Path, byte[] Content)[] files)
    {
        var sorted = files.OrderBy(f => f.Path, Comparer<string>.Create(ModelPath.Compare)).ToArray();
        var hashed = sorted.Select(f => Hash(f.Path, f.Content, pieceLength)).ToArray();
        var stream = Stream(sorted.Select(f => f.Content).ToArray(), pieceLength);
        var result = MetainfoBuilder.Build(name, pieceLength, hashed, PiecesV1(stream, pieceLength), out var bytes);
        return (result, bytes);
    }

    /// <summary>All files behind each other, each filled up to whole pieces unless it is the only one.</summary>
    public static byte[] Stream(byte[][] contents, int pieceLength)
    {
        var stream = new MemoryStream();
        foreach (var content in contents)
        {
            stream.Write(content);
            while (contents.Length > 1 && stream.Length % pieceLength != 0) stream.WriteByte(0);
        }
        return stream.ToArray();
    }

    public static byte[] PiecesV1(byte[] stream, int pieceLength) =>
        [.. stream.Chunk(pieceLength).SelectMany(piece => Sha1.Of(piece))];

    public static HashedFile Hash(string path, byte[] content, int pieceLength)
    {
        if (content.Length == 0) return new HashedFile(path, 0, default, default);
        var leaves = content.Chunk(Leaf).Select(SHA256.HashData).ToList();
        if (content.Length <= pieceLength)
            return new HashedFile(path, content.Length, new Hash256(Root(leaves)), default);
        var pieces = leaves.Chunk(pieceLength / Leaf).Select(p => Root([.. p], pieceLength / Leaf)).ToList();
        var layer = pieces.SelectMany(p => p).ToArray();
        var whole = Root([.. content.Chunk(Leaf).Select(SHA256.HashData)],
            PowerOfTwo(pieces.Count) * pieceLength / Leaf);
        return new HashedFile(path, content.Length, new Hash256(whole), layer);
    }

    public static byte[] Root(List<byte[]> row, int width = 0)
    {
        width = Math.Max(width, PowerOfTwo(row.Count));
        var full = row.Concat(Enumerable.Repeat(new byte[32], width - row.Count)).ToArray();
        while (full.Length > 1) full = [.. full.Chunk(2).Select(pair => SHA256.HashData([.. pair[0], .. pair[1]]))];
        return full[0];
    }

    public static byte[] Content(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static byte[] Ascii(string text) => Encoding.Latin1.GetBytes(text);

    private static int PowerOfTwo(int count)
    {
        var power = 1;
        while (power < count) power *= 2;
        return power;
    }
}
