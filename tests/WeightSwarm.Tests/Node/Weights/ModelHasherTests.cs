using System.Security.Cryptography;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Weights;
using WeightSwarm.Tests.Core.Catalogue;
using Xunit.Abstractions;

namespace WeightSwarm.Tests.Node.Weights;

public sealed class ModelHasherTests(ITestOutputHelper output) : IDisposable
{
    private const int K = 16384;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Hash_FilesOfOddSizes_EqualsTheNaiveReference(int workers)
    {
        int[] sizes = [0, 1, K - 1, K, K + 1, (2 * K) - 1, 2 * K, (2 * K) + 1, 3 * K, 4 * K, (9 * K) + 7, 64 * K, 0];
        var files = sizes.Select((size, i) => ($"d{i % 3}/f{i:00}", NaiveTorrent.Content(i, size))).ToArray();
        await HashLikeNaive(files, 2 * K, workers);
    }

    [Fact]
    public async Task Hash_RandomModels_EqualTheNaiveReference()
    {
        const int Seed = 991;
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (var round = 0; round < 25; round++)
        {
            var files = Enumerable.Range(0, random.Next(1, 9))
                .Select(i => ($"r{round}/f{i}", NaiveTorrent.Content(random.Next(), random.Next(0, 10 * K))))
                .Append(($"r{round}/z", [1])).ToArray();
            await HashLikeNaive(files, K << random.Next(4), random.Next(1, 4));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2 * K)]
    [InlineData((5 * K) + 3)]
    public async Task Hash_SingleFile_HasNoPadding(int bytes) =>
        await HashLikeNaive([("only.bin", NaiveTorrent.Content(5, bytes))], 2 * K, 2);

    [Fact]
    public async Task Hash_FiveThousandSmallFiles_EqualsTheNaiveReference()
    {
        var files = Enumerable.Range(0, 5000)
            .Select(i => ($"s{i % 70}/{i}.json", NaiveTorrent.Content(i, i % 50))).ToArray();
        await HashLikeNaive(files, 2 * K, 2);
    }

    [Fact]
    public async Task Hash_DefaultPieceLength_FollowsTheRule()
    {
        _folder.Write("a", NaiveTorrent.Content(1, (3 << 20) + 1));
        var model = await Hash();
        Assert.Equal(1 << 20, model.Metainfo.PieceLength);
        Assert.Equal(4, model.Metainfo.Pieces);
    }

    [Fact]
    public async Task Hash_Progress_GrowsToTheTotal()
    {
        _folder.Write("a", NaiveTorrent.Content(1, 20 * K));
        _folder.Write("b", NaiveTorrent.Content(1, (3 * K) + 1));
        var seen = new List<WeightProgress>();
        await new ModelHasher(2).HashAsync(FolderScan.Run(_folder.Root), "n", new Sink(seen.Add), K);
        Assert.Equal(seen.OrderBy(p => p.Bytes), seen);
        Assert.Equal((23 * K) + 1, seen[^1].Bytes);
        Assert.All(seen, p => Assert.Equal((23 * K) + 1, p.TotalBytes));
    }

    [Fact]
    public async Task Hash_FileChangedSinceTheScan_NamesIt()
    {
        _folder.Write("a", NaiveTorrent.Content(1, 3 * K));
        var path = _folder.Write("b", NaiveTorrent.Content(2, 3 * K));
        var scan = FolderScan.Run(_folder.Root);
        File.WriteAllBytes(path, NaiveTorrent.Content(3, 3 * K));
        await Changes(scan, path, null);
    }

    [Fact]
    public async Task Hash_FileGoneSinceTheScan_NamesIt()
    {
        _folder.Write("a", [1]);
        var path = _folder.Write("b", [2]);
        var scan = FolderScan.Run(_folder.Root);
        File.Delete(path);
        await Changes(scan, path, null);
    }

    [Theory]
    [InlineData("grow")]
    [InlineData("shrink")]
    [InlineData("rewrite")]
    [InlineData("replace")]
    [InlineData("delete")]
    public async Task Hash_FileChangedWhileItIsRead_NamesIt(string how)
    {
        // One worker and few buffers: at the first progress the reader is far from the end of the file.
        var path = _folder.Write("w", NaiveTorrent.Content(1, 200 * K));
        var scan = FolderScan.Run(_folder.Root);
        var changed = false;
        await Changes(scan, path, new Sink(_ =>
        {
            if (changed) return;
            changed = true;
            Change(path, how);
        }));
    }

    [Fact]
    public async Task Hash_Cancelled_EndsWithoutAResult()
    {
        _folder.Write("w", NaiveTorrent.Content(1, 200 * K));
        using var cancellation = new CancellationTokenSource();
        var sink = new Sink(_ => cancellation.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            new ModelHasher(1).HashAsync(FolderScan.Run(_folder.Root), "n", sink, K, cancellation: cancellation.Token));
    }

    [Fact]
    public async Task Hash_ProgressThatThrows_IsNotSwallowed()
    {
        _folder.Write("w", NaiveTorrent.Content(1, 200 * K));
        var sink = new Sink(_ => throw new InvalidOperationException("a bug"));
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            new ModelHasher(2).HashAsync(FolderScan.Run(_folder.Root), "n", sink, K));
    }

    [Fact]
    public async Task Hash_FailedScan_IsABug() => await Assert.ThrowsAsync<ArgumentException>(() =>
        new ModelHasher().HashAsync(FolderScan.Run(_folder.Path("none")), "n"));

    private async Task HashLikeNaive((string Path, byte[] Content)[] files, int pieceLength, int workers)
    {
        var root = _folder.Path(Guid.NewGuid().ToString("N"));
        foreach (var (path, content) in files) _folder.Write(Path.Combine(root, path), content);
        var (expected, bytes) = NaiveTorrent.Build("name", pieceLength, files);
        var result = await new ModelHasher(workers).HashAsync(FolderScan.Run(root), "name", null, pieceLength);
        Assert.Equal(("", HashOutcome.Complete), (result.Reason, result.Outcome));
        Assert.Equal(expected.Metainfo!.InfoHashV2, result.Model!.Metainfo.InfoHashV2);
        Assert.Equal(bytes, result.Model.MetainfoBytes.ToArray());
        var contents = files.ToDictionary(f => f.Path, f => f.Content);
        Assert.All(result.Model.Manifest.Files, f =>
            Assert.Equal(new Hash256(SHA256.HashData(contents[f.Path])), f.Sha256));
        Assert.Null(result.Model.Manifest.Disagreement(result.Model.Metainfo));
        Assert.Equal(files.Sum(f => (long)f.Content.Length), result.Model.Bytes);
    }

    private async Task<HashedModel> Hash()
    {
        var result = await new ModelHasher().HashAsync(FolderScan.Run(_folder.Root), "n");
        Assert.True(result.Model is not null, result.Reason);
        return result.Model;
    }

    private static async Task Changes(FolderScanResult scan, string path, IProgress<WeightProgress>? progress)
    {
        var result = await new ModelHasher(1).HashAsync(scan, "n", progress, K);
        Assert.Equal(HashOutcome.Changed, result.Outcome);
        Assert.Contains($"'{path}' changed", result.Reason, StringComparison.Ordinal);
        Assert.Null(result.Model);
    }

    private static void Change(string path, string how)
    {
        switch (how)
        {
            case "grow": File.AppendAllText(path, "x"); break;
            case "shrink": File.WriteAllBytes(path, [1]); break;
            case "rewrite": Rewrite(path); break;
            case "replace":
                File.Copy(path, path + "2");
                File.Move(path + "2", path, overwrite: true);
                break;
            default: File.Delete(path); break;
        }
    }

    private static void Rewrite(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Write([1, 2, 3]);
    }

    private sealed class Sink(Action<WeightProgress> report) : IProgress<WeightProgress>
    {
        public void Report(WeightProgress value) => report(value);
    }
}
