using Google.Protobuf;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Catalogue;

public sealed class ManifestTests
{
    private const int K = 16384;

    [Fact]
    public void Parse_OwnBytes_GivesTheSameManifest()
    {
        var manifest = Sample(out var metainfo);
        var read = Manifest.Parse(manifest.ToBytes());
        Assert.True(read.Manifest is not null, read.Reason);
        Assert.Equal(manifest.Files.AsEnumerable(), read.Manifest.Files);
        Assert.Equal(manifest.Hash, read.Manifest.Hash);
        Assert.Equal(Hash256.Of(manifest.ToBytes().Span), manifest.Hash);
        Assert.Null(read.Manifest.Disagreement(metainfo));
        Assert.Equal((2 * K) + 6, manifest.Bytes);
    }

    [Fact]
    public void Disagreement_OtherTorrents_NamesWhatDiffers()
    {
        var manifest = Sample(out _);
        Assert.Contains("3 files, the .torrent 4", Differs(manifest, ("a", [1]), ("b", [2]), ("c", [3]), ("d", [4])),
            StringComparison.Ordinal);
        Assert.Contains("'a' where the .torrent has 'A'", Differs(manifest, ("A", [1]), ("b/c", [2]), ("d", [])),
            StringComparison.Ordinal);
        Assert.Contains("5 bytes in the manifest", Differs(manifest, ("a", [1]), ("b/c", [2]), ("d", [])),
            StringComparison.Ordinal);
        Assert.Contains("pieces root", Differs(manifest, ("a", new byte[5]), ("b/c", new byte[(2 * K) + 1]), ("d", [])),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_AnyOtherSpelling_IsRefused()
    {
        var bytes = Sample(out _).ToBytes().ToArray();
        Refused([], "no file");
        Refused([.. bytes, 0x12, 0x00], "unknown field");
        Refused(bytes[..^1], "refused");
        Refused([.. bytes, .. bytes], "not in torrent order");
        Refused([0x0A, 0x80, 0x80, 0x80, 0x80, 0x08], "refused");
        // An unknown field inside a file would make two manifests of the same files.
        Refused(Files(f => f.MergeFrom(ByteString.CopyFrom(0x28, 0x01).CreateCodedInput())), "canonical");
    }

    [Fact]
    public void Parse_BadFiles_AreRefusedWithReason()
    {
        Refused(Files(f => f.Path = "../x"), "'..'");
        Refused(Files(f => f.Path = ""), "is empty");
        Refused(Files(f => f.Bytes = ulong.MaxValue), "too many");
        Refused(Files(f => f.Sha256 = ByteString.CopyFrom(new byte[31])), "SHA-256");
        Refused(Files(f => f.PiecesRoot = ByteString.Empty), "pieces root");
        Refused(Files(f => f.Bytes = 0), "pieces root");
        var twice = new V1.Manifest { Files = { File("a"), File("A") } };
        twice.Files[0].Path = "A";
        twice.Files[1].Path = "a";
        Refused(twice.ToByteArray(), "upper and lower case");
    }

    [Fact]
    public void Parse_MutatedManifests_NeverThrowsAndAcceptsOnlyTheCanonicalForm()
    {
        const int Seed = 4242;
        var random = new Random(Seed);
        var good = Sample(out _).ToBytes().ToArray();
        for (var round = 0; round < 50_000; round++)
        {
            var bytes = good.ToList();
            for (var times = random.Next(1, 4); times > 0; times--)
            {
                var at = random.Next(bytes.Count);
                if (random.Next(3) == 0) bytes.RemoveRange(at, Math.Min(random.Next(1, 9), bytes.Count - at));
                else if (random.Next(2) == 0) bytes.Insert(at, (byte)random.Next(256));
                else bytes[at] ^= (byte)(1 << random.Next(8));
                if (bytes.Count == 0) break;
            }
            var read = Manifest.Parse(bytes.ToArray());
            Assert.True((read.Manifest is null) == (read.Reason.Length > 0), $"seed {Seed}, round {round}");
            if (read.Manifest is { } manifest)
                Assert.True(manifest.ToBytes().Span.SequenceEqual(bytes.ToArray()), $"seed {Seed}, round {round}");
        }
    }

    private static Manifest Sample(out Metainfo metainfo)
    {
        metainfo = MetainfoTests.Good(NaiveTorrent.Build(
            "n", K, ("d", []), ("a", [1, 2, 3, 4, 5]), ("b/c", NaiveTorrent.Content(1, (2 * K) + 1))));
        return Manifest.Of(metainfo, [.. metainfo.Files.Select(f => Hash256.Of([(byte)f.Path[0]]))]);
    }

    private static string Differs(Manifest manifest, params (string, byte[])[] files) =>
        manifest.Disagreement(MetainfoTests.Good(NaiveTorrent.Build("n", K, files))) ?? "";

    private static byte[] Files(Action<V1.ManifestFile> change)
    {
        var manifest = new V1.Manifest { Files = { File("a") } };
        change(manifest.Files[0]);
        return manifest.ToByteArray();
    }

    private static V1.ManifestFile File(string path) => new()
    {
        Path = path,
        Bytes = 5,
        Sha256 = ByteString.CopyFrom(new byte[32]),
        PiecesRoot = ByteString.CopyFrom(Enumerable.Repeat((byte)1, 32).ToArray()),
    };

    private static void Refused(byte[] bytes, string because)
    {
        var read = Manifest.Parse(bytes);
        Assert.Null(read.Manifest);
        Assert.Contains(because, read.Reason, StringComparison.Ordinal);
    }
}
