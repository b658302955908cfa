using WeightSwarm.Core.Catalogue;
using Xunit.Abstractions;

namespace WeightSwarm.Tests.Core.Catalogue;

/// <summary>
/// Damaged torrents by the hundred thousand: every one is read or refused with a reason, none throws.
/// </summary>
public sealed class MetainfoMutationTests(ITestOutputHelper output)
{
    private const int K = 16384;

    [Fact]
    public void Parse_MutatedTorrents_NeverThrowsAndNeverContradictsItself()
    {
        var seed = Environment.GetEnvironmentVariable("WEIGHTSWARM_SEED") is { } text ? int.Parse(text) : 20_250_101;
        output.WriteLine($"seed {seed} (set WEIGHTSWARM_SEED to replay another)");
        var random = new Random(seed);
        var torrents = Torrents();
        int accepted = 0, refused = 0;
        for (var i = 0; i < 120_000; i++)
        {
            var bytes = Mutate(torrents[random.Next(torrents.Length)], torrents, random);
            var result = Read(bytes, seed, i);
            if (result.Metainfo is null)
            {
                Assert.NotEmpty(result.Reason);
                refused++;
                continue;
            }
            accepted++;
            AssertWhole(result.Metainfo);
        }
        output.WriteLine($"{accepted} accepted, {refused} refused");
        // Changed names, v1 hashes and ignored keys make other good torrents; everything else must be noticed.
        Assert.InRange(accepted, 1, 60_000);
        Assert.InRange(refused, 60_000, 120_000);
    }

    private static MetainfoResult Read(byte[] bytes, int seed, int round)
    {
        try
        {
            return Metainfo.Parse(bytes);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(
                $"seed {seed}, round {round}, input {Convert.ToBase64String(bytes)}: {e.GetType().Name}", e);
        }
    }

    private static void AssertWhole(Metainfo metainfo)
    {
        Assert.Equal(metainfo.Bytes, Enumerable.Range(0, metainfo.Pieces).Sum(metainfo.PieceBytes));
        Assert.All(metainfo.Files, file => Assert.Null(ModelPath.Fault(file.Path)));
        for (var piece = 0; piece < metainfo.Pieces; piece++)
        {
            Assert.Equal(metainfo.IsHybrid ? 20 : 0, metainfo.PieceHashV1(piece).Length);
            Assert.False(metainfo.PieceHashV2(piece).IsZero);
        }
        Assert.Equal(metainfo.InfoHashV2, Metainfo.Parse(metainfo.ToEngineBytes()).Metainfo!.InfoHashV2);
    }

    private static byte[][] Torrents() =>
    [
        NaiveTorrent.Build("n", 2 * K, ("a", NaiveTorrent.Content(1, 5))).Bytes,
        NaiveTorrent.Build("n", 2 * K, ("a", NaiveTorrent.Content(1, 5)),
            ("d/b", NaiveTorrent.Content(2, 5 * K))).Bytes,
        NaiveTorrent.Build("model", K, ("a", NaiveTorrent.Content(1, 3 * K)), ("d/e/f", []),
            ("d/e/g", NaiveTorrent.Content(2, K)), ("z", NaiveTorrent.Content(4, K + 1))).Bytes,
    ];

    private static byte[] Mutate(byte[] torrent, byte[][] torrents, Random random)
    {
        var bytes = new List<byte>(torrent);
        for (var times = random.Next(1, 4); times > 0 && bytes.Count > 0; times--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 40), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)"0123456789deil:-"[random.Next(16)]; break;
                case 2: bytes.RemoveRange(at, length); break;
                case 3: bytes.InsertRange(random.Next(bytes.Count), bytes.GetRange(at, length)); break;
                case 4: bytes.RemoveRange(at, bytes.Count - at); break;
                case 5: bytes.Insert(at, (byte)random.Next(256)); break;
                case 6: Splice(bytes, at, torrents[random.Next(torrents.Length)], random); break;
                default: ChangeNumber(bytes, at, random); break;
            }
        }
        return [.. bytes];
    }

    private static void Splice(List<byte> bytes, int at, byte[] other, Random random)
    {
        var from = random.Next(other.Length);
        var part = other.AsSpan(from, Math.Min(random.Next(1, 60), other.Length - from));
        bytes.RemoveRange(at, Math.Min(part.Length, bytes.Count - at));
        bytes.InsertRange(at, part.ToArray());
    }

    // The next run of digits becomes an extreme or a near number.
    private static void ChangeNumber(List<byte> bytes, int at, Random random)
    {
        var start = bytes.FindIndex(at, b => b is >= (byte)'0' and <= (byte)'9');
        if (start < 0) return;
        var end = start;
        while (end < bytes.Count && bytes[end] is >= (byte)'0' and <= (byte)'9') end++;
        string[] numbers = ["0", "1", "-1", "2147483647", "2147483648", "9223372036854775807", "16384", "32768",
            "99999999999"];
        bytes.RemoveRange(start, end - start);
        bytes.InsertRange(start, NaiveTorrent.Ascii(numbers[random.Next(numbers.Length)]));
    }
}
