using WeightSwarm.Core;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Weights;
using WeightSwarm.Tests.Core.Catalogue;

namespace WeightSwarm.Tests.Node.Weights;

/// <summary>Hashing that was cut short goes on, and never with hashes of other bytes.</summary>
public sealed class ModelHasherResumeTests : IDisposable
{
    private const int K = 16384;

    private readonly TempFolder _folder = new();
    private readonly TempFolder _state = new();
    private readonly NodeStore _store;
    private readonly string _a, _b;

    public ModelHasherResumeTests()
    {
        _store = NodeStore.Open(_state.Root, TimeProvider.System);
        _a = _folder.Write("a", NaiveTorrent.Content(1, (5 * K) + 3));
        _b = _folder.Write("b", NaiveTorrent.Content(2, 40 * K));
        _folder.Write("c", []);
    }

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
        _state.Dispose();
    }

    [Fact]
    public async Task Hash_AfterACancelledRun_ReadsOnlyTheRest()
    {
        await CutShort();
        // Were the file read again, it would get its own hash back.
        var forged = Kept(_a) with { Sha256 = Hash256.Of("forged"u8) };
        _store.Ingest.Keep(new IngestKey("n", 2 * K, true), [forged]);
        var model = await Hash("n");
        Assert.Equal(forged.Sha256, model.Manifest.Files[0].Sha256);
        Assert.Equal(forged.Bytes, model.KeptBytes);
    }

    [Fact]
    public async Task Hash_AfterACancelledRun_GivesTheSameTorrent()
    {
        var expected = await Hash("n", keep: false);
        await CutShort();
        var resumed = await Hash("n");
        Assert.True(resumed.KeptBytes > 0);
        Assert.Equal(expected.MetainfoBytes.ToArray(), resumed.MetainfoBytes.ToArray());
        Assert.Equal(expected.Manifest.Hash, resumed.Manifest.Hash);
    }

    [Fact]
    public async Task Hash_OfEverythingKept_ReadsNothing()
    {
        var first = await Hash("n");
        var second = await Hash("n");
        Assert.Equal((0, first.Bytes), (first.KeptBytes, second.KeptBytes));
        Assert.Equal(first.MetainfoBytes.ToArray(), second.MetainfoBytes.ToArray());
    }

    [Theory]
    [InlineData("bytes")]
    [InlineData("touch")]
    [InlineData("replace")]
    [InlineData("same time")]
    public async Task Hash_OfAFileThatChangedSince_ReadsItAgain(string how)
    {
        await CutShort();
        var stamp = File.GetLastWriteTimeUtc(_a);
        if (how == "touch") File.SetLastWriteTimeUtc(_a, stamp.AddSeconds(1));
        else if (how == "replace") Replace(_a);
        else File.WriteAllBytes(_a, NaiveTorrent.Content(3, (5 * K) + 3));
        if (how == "same time") File.SetLastWriteTimeUtc(_a, stamp);
        var expected = await Hash("n", keep: false);
        var resumed = await Hash("n");
        Assert.Equal(expected.MetainfoBytes.ToArray(), resumed.MetainfoBytes.ToArray());
        Assert.Equal(0, resumed.KeptBytes);
    }

    [Fact]
    public async Task Hash_UnderAnotherName_ReadsEverything()
    {
        await CutShort();
        Assert.Equal(0, (await Hash("other")).KeptBytes);
    }

    [Fact]
    public async Task Hash_WithKeptHashesOfAnotherSize_ReadsTheFile()
    {
        var expected = await Hash("n");
        _store.Ingest.Keep(new IngestKey("n", 2 * K, true), [Kept(_a) with { Layer = new byte[32] }]);
        var again = await Hash("n");
        Assert.Equal(expected.MetainfoBytes.ToArray(), again.MetainfoBytes.ToArray());
        Assert.Equal(40 * K, again.KeptBytes);
    }

    /// <summary>One thread takes the files piece by piece in turn: when b is half through, a is finished.</summary>
    private async Task CutShort()
    {
        using var cancellation = new CancellationTokenSource();
        var sink = new Sink(progress =>
        {
            if (progress.Bytes >= 25 * K) cancellation.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ModelHasher(1).HashAsync(
            FolderScan.Run(_folder.Root), "n", sink, 2 * K, _store.Ingest, cancellation.Token));
        Assert.DoesNotContain(_store.Ingest.Load(new IngestKey("n", 2 * K, true)), file => file.Path == _b);
    }

    private IngestedFile Kept(string path) =>
        _store.Ingest.Load(new IngestKey("n", 2 * K, true)).Single(file => file.Path == path);

    private async Task<HashedModel> Hash(string name, bool keep = true)
    {
        var result = await new ModelHasher(2).HashAsync(
            FolderScan.Run(_folder.Root), name, null, 2 * K, keep ? _store.Ingest : null);
        return result.Model ?? throw new InvalidOperationException(result.Reason);
    }

    private static void Replace(string path)
    {
        var stamp = File.GetLastWriteTimeUtc(path);
        File.Copy(path, path + "2");
        File.SetLastWriteTimeUtc(path + "2", stamp);
        File.Move(path + "2", path, overwrite: true);
    }

    private sealed class Sink(Action<WeightProgress> report) : IProgress<WeightProgress>
    {
        public void Report(WeightProgress value) => report(value);
    }
}
