using System.Text;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Catalogue;

public sealed class MetainfoTests
{
    private const int K = 16384;

    // What libtorrent 2.0.8 makes of these files (name "n", pieces of 32 KiB).
    private static readonly (string, byte[])[] Golden =
    [
        ("b", Repeat('x', (K * 3) + 5)), ("a", Repeat('y', 1)), ("dir/z", Repeat('z', 2 * K)), ("dir.x", []),
        ("dir-y/q", Repeat('q', 5 * K)), ("empty", []), ("Zed", Repeat('1', K)), ("last", []),
    ];

    [Fact]
    public void Build_KnownFiles_HasLibtorrentsInfoHashes()
    {
        var metainfo = Good(NaiveTorrent.Build("n", 2 * K, Golden));
        Assert.Equal("2ac11d3f821b89739d7d8077f01a3fe36a00ea49",
            Convert.ToHexStringLower(metainfo.InfoHashV1.AsSpan()));
        Assert.Equal("f6c5295378d1218b3f32b78c1504bad44ef3c9b857aa041b973bb39b1809141d",
            metainfo.InfoHashV2.ToString());
    }

    [Fact]
    public void Parse_KnownFiles_PlacesThemInTreeOrder()
    {
        var metainfo = Good(NaiveTorrent.Build("n", 2 * K, Golden));
        Assert.Equal(
            ["Zed", "a", "b", "dir/z", "dir-y/q", "dir.x", "empty", "last"], metainfo.Files.Select(f => f.Path));
        Assert.Equal([0, 1, 2, 4, 5, 8, 8, 8], metainfo.Files.Select(f => f.FirstPiece));
        Assert.Equal([1, 1, 2, 1, 3, 0, 0, 0], metainfo.Files.Select(f => f.Pieces));
        Assert.Equal([K, (2 * K) - 1, K - 5, 0, K, 0, 0, 0], metainfo.Files.Select(f => f.PadBytes));
        Assert.Equal(8, metainfo.Pieces);
        Assert.Equal([0, 1, 2, 2, 3, 4, 4, 4], Enumerable.Range(0, 8).Select(metainfo.FileOf));
        Assert.Equal([K, 1, 2 * K, K + 5, 2 * K, 2 * K, 2 * K, K], Enumerable.Range(0, 8).Select(metainfo.PieceBytes));
        Assert.All(Enumerable.Range(0, 8), piece => Assert.Equal(2 * K, metainfo.PieceV1Bytes(piece)));
    }

    [Fact]
    public void PieceHashes_EveryPiece_AreThoseOfItsBytes()
    {
        (string, byte[])[] files = [("a", NaiveTorrent.Content(1, 5)), ("b", NaiveTorrent.Content(2, (5 * K) + 1))];
        var metainfo = Good(NaiveTorrent.Build("n", 2 * K, files));
        var stream = NaiveTorrent.Stream([files[0].Item2, files[1].Item2], 2 * K);
        for (var piece = 0; piece < metainfo.Pieces; piece++)
        {
            var bytes = stream.AsSpan(piece * 2 * K, (int)metainfo.PieceV1Bytes(piece));
            Assert.Equal(Sha1.Of(bytes), metainfo.PieceHashV1(piece).ToArray());
            var leaves = bytes[..(int)metainfo.PieceBytes(piece)].ToArray().Chunk(K)
                .SelectMany(leaf => MerkleTree.Leaf(leaf).ToArray()).ToArray();
            var root = piece == 0 ? MerkleTree.SmallFileRoot(leaves) : MerkleTree.PieceHash(leaves, 2 * K);
            Assert.Equal(root, metainfo.PieceHashV2(piece));
        }
    }

    [Fact]
    public void Parse_SingleFile_HasNoPadding()
    {
        var metainfo = Good(NaiveTorrent.Build("n", 2 * K, ("d/b", Repeat('x', 7))));
        Assert.Equal(0, metainfo.Files[0].PadBytes);
        Assert.Equal(7, metainfo.PieceV1Bytes(0));
    }

    [Fact]
    public void Parse_EqualFiles_ShareTheirPieceLayer()
    {
        var same = NaiveTorrent.Content(3, 5 * K);
        var metainfo = Good(NaiveTorrent.Build("n", 2 * K, ("a", same), ("b", same)));
        Assert.Equal(metainfo.PieceLayer(metainfo.Files[0]).ToArray(),
            metainfo.PieceLayer(metainfo.Files[1]).ToArray());
    }

    [Fact]
    public void Parse_WithoutPaddingBehindTheLastFile_IsAccepted()
    {
        // As libtorrent up to 2.0.7 made it. The last piece's SHA-1 covers the file's bytes alone.
        var (_, bytes) = NaiveTorrent.Build("n", 2 * K, ("a", Repeat('a', 5)), ("b", Repeat('b', 7)));
        var old = Replace(bytes, "d4:attr1:p6:lengthi32761e4:pathl4:.pad5:32761eee", "e");
        var metainfo = Good((Metainfo.Parse(old), old));
        Assert.Equal(7, metainfo.PieceV1Bytes(1));
    }

    [Fact]
    public void Parse_V2Alone_IsReadAsSuch()
    {
        var metainfo = Good((Metainfo.Parse(V2Alone("a")), []));
        Assert.False(metainfo.IsHybrid);
        Assert.True(metainfo.PieceHashV1(0).IsEmpty);
        Assert.Equal(1, metainfo.Pieces);
    }

    [Fact]
    public void Parse_V2AloneWithFileNamedAsTorrent_IsRefused() => Refused(V2Alone("n"), "must lie in a folder");

    [Fact]
    public void ToEngineBytes_WithTrackersAndWebSeeds_LeavesThemOut()
    {
        var (_, bytes) = NaiveTorrent.Build("n", 2 * K, ("a", Repeat('a', 5)));
        var called = Replace(bytes, "d4:infod", "d8:announce10:http://a/x4:infod");
        called = Replace(called, "12:piece layersde", "12:piece layersde8:url-list9:http://b/");
        Assert.Equal(bytes, Good((Metainfo.Parse(called), called)).ToEngineBytes());
    }

    [Theory]
    [InlineData("4:name1:n", "", "no name")]
    [InlineData("4:name1:n", "4:name2:..", "has the segment '..'")]
    [InlineData("4:name1:n", "4:name3:a/b", "U+002F")]
    [InlineData("4:name1:n", "4:name0:", "empty segment")]
    [InlineData("12:meta versioni2e", "", "v1 alone")]
    [InlineData("12:meta versioni2e", "12:meta versioni3e", "meta version")]
    [InlineData("12:piece lengthi32768e", "12:piece lengthi32767e", "piece length is 32767")]
    [InlineData("12:piece lengthi32768e", "12:piece lengthi8192e", "piece length is 8192")]
    [InlineData("12:piece lengthi32768e", "12:piece lengthi-32768e", "piece length is -32768")]
    [InlineData("12:piece lengthi32768e", "12:piece lengthi1073741824e", "piece length is 1073741824")]
    [InlineData("12:piece lengthi32768e", "12:piece lengthi65536e", "pad")]
    [InlineData("6:pieces40:", "6:source1:x6:pieces40:", "strict bencoding")]
    [InlineData("12:piece lengthi32768e6:pieces", "12:piece lengthi32768e7:privatei1e6:pieces", "strict bencoding")]
    [InlineData("4:name1:n", "4:name1:n9:name.utf81:n", "key 'name.utf8'")]
    [InlineData("6:lengthi5e11:pieces root", "6:lengthi0e11:pieces root", "0 bytes and a pieces root")]
    [InlineData("6:lengthi5e11:pieces root", "6:lengthi-1e11:pieces root", "no length")]
    [InlineData("6:lengthi5e11:pieces root", "6:lengthi6e11:pieces root", "v1 files differ")]
    [InlineData("6:lengthi5e11:pieces root", "4:attr1:x6:lengthi5e11:pieces root", "attributes")]
    [InlineData("d6:lengthi5e4:pathl1:aee", "d6:lengthi5e4:pathl1:Aee", "v1 files differ")]
    [InlineData("d6:lengthi5e4:pathl1:aee", "d6:lengthi5e4:pathlee", "v1 files differ")]
    [InlineData("d6:lengthi5e4:pathl1:aee", "d4:attr1:x6:lengthi5e4:pathl1:aee", "v1 files differ")]
    [InlineData("d6:lengthi7e4:pathl1:b1:ceed4:attr1:p6:lengthi32761e4:pathl4:.pad5:32761eee", "e", "v1 files end")]
    [InlineData("l4:.pad5:32761eee", "l4:.pad5:32761eed6:lengthi0e4:pathl1:zeee", "v1 files are more")]
    [InlineData("4:pathl1:b1:ce", "4:pathl3:b/ce", "v1 files differ")]
    [InlineData("d4:attr1:p6:lengthi32763e4:pathl4:.pad5:32763ee", "", "lack 32763 bytes of padding")]
    [InlineData("5:filesld6", "5:filesle6:length1:xd6", "strict bencoding")]
    [InlineData("12:piece layersd", "12:piece layersd1:x1:y", "not strings under pieces roots")]
    [InlineData("12:piece layersd", "12:piece layersd32:00000000000000000000000000000000" + "0:", "belongs to no file")]
    public void Parse_OneThingChanged_IsRefusedWithReason(string from, string to, string because)
    {
        var (_, bytes) = NaiveTorrent.Build("n", 2 * K, ("a", Repeat('a', 5)), ("b/c", Repeat('b', 7)));
        Refused(Replace(bytes, from, to), because);
    }

    [Fact]
    public void Parse_HybridWithoutPieces_IsRefused()
    {
        // The input of libtorrent's pull request 8759.
        var (_, bytes) = NaiveTorrent.Build("n", 2 * K, ("a", Repeat('a', 5)));
        var text = Encoding.Latin1.GetString(bytes);
        var start = text.IndexOf("6:pieces20:", StringComparison.Ordinal);
        Refused(NaiveTorrent.Ascii(text.Remove(start, 31)), "files without pieces");
        Refused(Replace(bytes, "6:pieces20:", "6:pieces0:", cut: 20), "0 bytes, not 1 times 20");
        var oneLess = text.Remove(start + 11, 1).Replace("pieces20:", "pieces19:", StringComparison.Ordinal);
        Refused(NaiveTorrent.Ascii(oneLess), "19 bytes, not 1 times 20");
    }

    [Fact]
    public void Parse_WrongPieceLayer_IsRefused()
    {
        var (result, bytes) = NaiveTorrent.Build("n", 2 * K, ("a", NaiveTorrent.Content(1, 5 * K)));
        var layer = Encoding.Latin1.GetString(Good((result, bytes)).PieceLayer(result.Metainfo!.Files[0]));
        Refused(Replace(bytes, layer, layer[..95] + (char)(layer[95] ^ 1)), "does not lead to its pieces root");
        Refused(Replace(bytes, "96:" + layer, "64:" + layer[..64]), "has 64 bytes, not 3 hashes");
        var root = Encoding.Latin1.GetString(result.Metainfo!.Files[0].PiecesRoot.ToArray());
        Refused(Replace(bytes, $"d32:{root}96:{layer}e", "de"), "has no piece layer");
    }

    [Theory]
    [InlineData("a/../b", "segment '..'")]
    [InlineData("./b", "segment '.'")]
    [InlineData("a//b", "'a' has no length")]
    [InlineData("a\\b", "U+005C")]
    [InlineData("a\0b", "U+0000")]
    [InlineData("a\nb", "U+000A")]
    [InlineData("a\u202Eb", "U+202E")]
    [InlineData(".pad/1", ".pad")]
    [InlineData(".PAD/1", ".pad")]
    public void Parse_HostilePath_IsRefused(string path, string because) =>
        Refused(NaiveTorrent.Build("n", 2 * K, (path, Repeat('a', 5))).Bytes, because);

    [Theory]
    [InlineData("A", "a", "upper and lower case")]
    [InlineData("D/x", "d/y", "upper and lower case")]
    [InlineData("É", "é", "upper and lower case")]
    [InlineData("d", "D/y", "upper and lower case")]
    [InlineData("d", "d/y", "strict bencoding")]
    public void Parse_CollidingPaths_IsRefused(string one, string other, string because) =>
        Refused(NaiveTorrent.Build("n", 2 * K, (one, Repeat('a', 5)), (other, Repeat('b', 5))).Bytes, because);

    [Fact]
    public void Parse_InvalidUtf8_IsRefused()
    {
        var (_, bytes) = NaiveTorrent.Build("n", 2 * K, ("ab", Repeat('a', 5)));
        Refused(Replace(bytes, "2:ab", "2:a\u00FF"), "not valid UTF-8");
    }

    [Fact]
    public void Parse_LongPaths_AreBounded()
    {
        Good(NaiveTorrent.Build("n", 2 * K, (new string('x', 240), Repeat('a', 5))));
        Refused(NaiveTorrent.Build("n", 2 * K, (new string('x', 241), Repeat('a', 5))).Bytes, "segment of 241 bytes");
        Good(NaiveTorrent.Build("n", 2 * K, (Folders(63) + "f", Repeat('a', 5))));
        Refused(NaiveTorrent.Build("n", 2 * K, (Folders(64) + "f", Repeat('a', 5))).Bytes, "segments");
    }

    [Fact]
    public void Parse_NoBytesAtAll_IsRefused() =>
        Refused(NaiveTorrent.Build("n", 2 * K, ("a", []), ("b", [])).Bytes, "0 pieces");

    [Fact]
    public void Parse_HugeClaims_AreRefusedBeforeAnythingIsAllocated()
    {
        var root = new string('r', 32);
        var tree = $"9:file treed1:ad0:d6:lengthi{long.MaxValue}e11:pieces root32:{root}eee";
        var info = $"4:infod{tree}12:meta versioni2e4:name1:n12:piece lengthi16384ee12:piece layersde";
        Refused(NaiveTorrent.Ascii($"d{info}e"), "too many pieces");
        Refused(NaiveTorrent.Ascii($"d{info.Replace($"{long.MaxValue}", "17179869184", StringComparison.Ordinal)}e"),
            "has no piece layer");
    }

    [Theory]
    [InlineData("")]
    [InlineData("de")]
    [InlineData("le")]
    [InlineData("d4:infodee")]
    [InlineData("d4:infoi1ee")]
    public void Parse_NoTorrent_IsRefused(string text) => Refused(NaiveTorrent.Ascii(text), "the .torrent is refused");

    internal static byte[] Repeat(char value, int count) => [.. Enumerable.Repeat((byte)value, count)];

    internal static Metainfo Good((MetainfoResult Result, byte[] Bytes) built)
    {
        Assert.True(built.Result.Metainfo is not null, built.Result.Reason);
        return built.Result.Metainfo;
    }

    private static byte[] V2Alone(string file)
    {
        var root = Encoding.Latin1.GetString(MerkleTree.Leaf("hello"u8).ToArray());
        return NaiveTorrent.Ascii($"d4:infod9:file treed1:{file}d0:d6:lengthi5e11:pieces root32:{root}eee"
            + "12:meta versioni2e4:name1:n12:piece lengthi32768ee12:piece layersdee");
    }

    private static void Refused(byte[] bytes, string because)
    {
        var result = Metainfo.Parse(bytes);
        Assert.Null(result.Metainfo);
        Assert.Contains(because, result.Reason, StringComparison.Ordinal);
    }

    private static byte[] Replace(byte[] bytes, string from, string to, int cut = 0)
    {
        var text = Encoding.Latin1.GetString(bytes);
        var at = text.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"'{from}' is not in the torrent");
        return NaiveTorrent.Ascii(text[..at] + to + text[(at + from.Length + cut)..]);
    }

    private static string Folders(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"{i}/"));
}
