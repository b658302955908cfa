using System.Security.Cryptography;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Scrub;
using WeightSwarm.Node.Store;
using WeightSwarm.Tests.Core.Catalogue;

namespace WeightSwarm.Tests.Node.Scrub;

/// <summary>
/// A model on disk: a of five pieces, b of one and a half, c of 100 bytes; slices of four pieces of 32 KiB.
/// </summary>
internal static class ScrubbedModel
{
    public const int Piece = 32768, Pieces = 8, Slices = 2;

    public static readonly (string Path, byte[] Content)[] Files =
        [("a", Bytes(5 * Piece, 1)), ("b", Bytes(Piece * 3 / 2, 2)), ("d/c", Bytes(100, 3))];

    /// <summary>Writes the files below a folder.</summary>
    public static void Write(string root)
    {
        foreach (var (path, content) in Files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(root, path))!);
            File.WriteAllBytes(Path.Combine(root, path), content);
        }
    }

    /// <summary>The model, all of it held.</summary>
    public static HeldModel At(string root, Guid? donation = null)
    {
        var metainfo = MetainfoTests.Good(NaiveTorrent.Build("n", Piece, Files));
        Assert.Equal(Pieces, metainfo.Pieces);
        var manifest = Manifest.Of(metainfo, [.. Files.Select(f => new Hash256(SHA256.HashData(f.Content)))]);
        var layout = SliceLayout.For(metainfo, 4 * Piece);
        var entry = new Entry
        {
            ModelId = metainfo.InfoHashV2,
            Model = "org/model",
            Revision = "r1",
            InfoHashV1 = metainfo.InfoHashV1,
            ManifestHash = manifest.Hash,
            MetainfoHash = default,
            MetainfoBytes = 1,
            PieceLength = Piece,
            Pieces = metainfo.Pieces,
            PiecesPerSlice = layout.PiecesPerSlice,
            Bytes = metainfo.Bytes,
            Files = Files.Length,
            Licence = "MIT",
            SliceLeaves = layout.SliceLeaves,
        };
        return new HeldModel(
            new LocalModelKey(entry.ModelId, root), new ModelContent(entry, manifest, metainfo), donation, root,
            SliceSet.All(Slices), SliceSet.Empty, SliceSet.Empty);
    }

    private static byte[] Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}

/// <summary>A reader whose disk fails where the test wants it to.</summary>
internal sealed class FaultyReader(IScrubReader inner) : IScrubReader
{
    public const int InputOutput = 5; // EIO

    /// <summary>Given the path and the offset: what the disk does instead of reading; null: it reads.</summary>
    public Func<string, long, Exception?> Fault { get; set; } = (_, _) => null;

    /// <summary>Spoils the bytes of so many reads from now on.</summary>
    public int SpoiltReads { get; set; }

    /// <summary>Every read so far.</summary>
    public List<(string Path, long Offset)> Reads { get; } = [];

    public (PathContent Content, long Bytes) Look(string path, bool followLinks) => inner.Look(path, followLinks);

    public IScrubFile Open(string path, bool followLinks) =>
        new FaultyFile(this, path, inner.Open(path, followLinks));

    private sealed class FaultyFile(FaultyReader reader, string path, IScrubFile inner) : IScrubFile
    {
        public ReadOnlySpan<byte> Read(long offset, int most)
        {
            reader.Reads.Add((path, offset));
            if (reader.Fault(path, offset) is { } fault) throw fault;
            var bytes = inner.Read(offset, most);
            if (reader.SpoiltReads == 0) return bytes;
            reader.SpoiltReads--;
            var spoilt = bytes.ToArray();
            spoilt[^1] ^= 1;
            return spoilt;
        }

        public void Dispose() => inner.Dispose();
    }
}
