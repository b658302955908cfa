using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Weights;
using WeightSwarm.Tests.Core.Catalogue;

namespace WeightSwarm.Tests.Node.Weights;

public sealed class RestoreTests : IDisposable
{
    private const int K = 16384;

    private readonly TempFolder _folder = new();
    private readonly Manifest _manifest;
    private readonly (string Path, byte[] Content)[] _files =
    [
        ("a.bin", NaiveTorrent.Content(1, (3 * K) + 1)), ("d/e/f.json", NaiveTorrent.Content(2, 100)), ("d/empty", []),
    ];

    public RestoreTests()
    {
        var metainfo = MetainfoTests.Good(NaiveTorrent.Build("n", K, _files));
        var sha256 = metainfo.Files.Select(f => Hash256.Of(_files.Single(g => g.Path == f.Path).Content));
        _manifest = Manifest.Of(metainfo, [.. sha256]);
        foreach (var (path, content) in _files) _folder.Write($"stage/{path}", content);
    }

    private string Staging => _folder.Path("stage");
    private string Target => _folder.Path("out/model");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Verify_IntactFolder_SaysSoAndReportsEveryByte()
    {
        var last = new WeightProgress(0, 0, "");
        var verdicts = await FileVerifier.VerifyAsync(Staging, _manifest.Files, new Sink(p => last = p));
        Assert.All(verdicts, v => Assert.Equal((VerifyOutcome.Intact, ""), (v.Outcome, v.Detail)));
        Assert.Equal(_manifest.Files.AsEnumerable(), verdicts.Select(v => v.File));
        Assert.Equal((_manifest.Bytes, _manifest.Bytes), (last.Bytes, last.TotalBytes));
    }

    [Fact]
    public async Task Verify_DamagedFolder_NamesEveryDamage()
    {
        var flipped = File.ReadAllBytes(_folder.Path("stage/a.bin"));
        flipped[^1] ^= 1;
        File.WriteAllBytes(_folder.Path("stage/a.bin"), flipped);
        File.Delete(_folder.Path("stage/d/e/f.json"));
        File.WriteAllBytes(_folder.Path("stage/d/empty"), [1]);
        var verdicts = await FileVerifier.VerifyAsync(Staging, _manifest.Files);
        Assert.Equal(
            [VerifyOutcome.Corrupt, VerifyOutcome.Missing, VerifyOutcome.WrongSize], verdicts.Select(v => v.Outcome));
        Assert.All(verdicts, v => Assert.Contains(v.File.Path, v.Detail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_FolderInPlaceOfAFile_IsUnreadable()
    {
        File.Delete(_folder.Path("stage/a.bin"));
        Directory.CreateDirectory(_folder.Path("stage/a.bin"));
        Assert.Equal(VerifyOutcome.Unreadable, (await FileVerifier.VerifyAsync(Staging, _manifest.Files))[0].Outcome);
        var parent = await FileVerifier.VerifyAsync(_folder.Write("file", [1]), _manifest.Files);
        Assert.All(parent, v => Assert.Equal(VerifyOutcome.Unreadable, v.Outcome));
    }

    [Fact]
    public async Task Verify_Cancelled_Throws()
    {
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            FileVerifier.VerifyAsync(Staging, _manifest.Files, null, cancellation.Token));
    }

    [Fact]
    public async Task Publish_StagedFiles_StandUnderTheirNames()
    {
        File.Delete(_folder.Path("stage/d/empty"));
        Complete(RestorePublisher.Publish(Staging, Target, _manifest.Files));
        var verdicts = await FileVerifier.VerifyAsync(Target, _manifest.Files);
        Assert.All(verdicts, v => Assert.Equal(VerifyOutcome.Intact, v.Outcome));
        Assert.Empty(Directory.EnumerateFiles(Staging, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Publish_IntoAFolderWithOtherFiles_LeavesThemAlone()
    {
        var other = _folder.Write("out/model/d/mine", [9]);
        Complete(RestorePublisher.Publish(Staging, Target, _manifest.Files));
        Assert.Equal([9], File.ReadAllBytes(other));
    }

    [Theory]
    [InlineData("a.bin")]
    [InlineData("d/e/f.json")]
    [InlineData("d/empty")]
    public void Publish_WhereANameIsTaken_ChangesNothing(string taken)
    {
        var path = _folder.Write($"out/model/{taken}", [9]);
        Refused(PublishOutcome.Collision, path);
        Assert.Equal([9], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.EnumerateFiles(Target, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Publish_OverADanglingLink_ChangesNothing()
    {
        Directory.CreateDirectory(Target);
        File.CreateSymbolicLink(Path.Combine(Target, "a.bin"), "/nowhere/at/all");
        Refused(PublishOutcome.Collision, "a.bin");
    }

    [Theory]
    [InlineData("out")]
    [InlineData("out/model")]
    [InlineData("out/model/d")]
    public void Publish_WhereAFileStandsInPlaceOfAFolder_ChangesNothing(string file)
    {
        _folder.Write(file, [9]);
        var result = RestorePublisher.Publish(Staging, Target, _manifest.Files);
        Assert.True(result.Outcome is PublishOutcome.Collision or PublishOutcome.Failed, result.Reason);
        Assert.Equal([9], File.ReadAllBytes(_folder.Path(file)));
        StagingIsWhole();
    }

    [Fact]
    public void Publish_ThroughALinkInTheTarget_ChangesNothing()
    {
        Directory.CreateDirectory(Target);
        Directory.CreateDirectory(_folder.Path("elsewhere"));
        Directory.CreateSymbolicLink(Path.Combine(Target, "d"), _folder.Path("elsewhere"));
        Refused(PublishOutcome.Collision, "/d'");
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path("elsewhere")));
    }

    [Fact]
    public void Publish_UnstagedFile_ChangesNothing()
    {
        File.WriteAllBytes(_folder.Path("stage/a.bin"), [1]);
        var result = RestorePublisher.Publish(Staging, Target, _manifest.Files);
        Assert.Equal(PublishOutcome.NotStaged, result.Outcome);
        Assert.Contains("a.bin' has 1 bytes, not 49153", result.Reason, StringComparison.Ordinal);
        File.Delete(_folder.Path("stage/a.bin"));
        File.CreateSymbolicLink(_folder.Path("stage/a.bin"), "/etc/hostname");
        Assert.Equal(PublishOutcome.NotStaged, RestorePublisher.Publish(Staging, Target, _manifest.Files).Outcome);
        Assert.False(Directory.Exists(_folder.Path("out")));
    }

    [Fact]
    public void Publish_OntoAnotherVolume_ChangesNothing()
    {
        // /dev/shm is a volume of its own on every Linux that has it.
        Assert.True(Directory.Exists("/dev/shm"), "this test needs /dev/shm");
        var elsewhere = $"/dev/shm/weightswarm-test-{Guid.NewGuid():N}";
        var result = RestorePublisher.Publish(Staging, elsewhere, _manifest.Files);
        Assert.Equal(PublishOutcome.OtherVolume, result.Outcome);
        Assert.False(Directory.Exists(elsewhere));
        StagingIsWhole();
    }

    [Fact]
    public void Durable_MissingPaths_Throw()
    {
        Assert.ThrowsAny<IOException>(() => Durable.FlushFolder(_folder.Path("none")));
        Assert.ThrowsAny<IOException>(() => Durable.FlushFile(_folder.Path("none")));
        Durable.FlushFolder(_folder.Root);
        Durable.FlushFile(_folder.Path("stage/a.bin"));
    }

    private void Refused(PublishOutcome outcome, string names)
    {
        var result = RestorePublisher.Publish(Staging, Target, _manifest.Files);
        Assert.Equal(outcome, result.Outcome);
        Assert.Contains(names, result.Reason, StringComparison.Ordinal);
        StagingIsWhole();
    }

    private void StagingIsWhole() =>
        Assert.All(_files, f => Assert.Equal(f.Content, File.ReadAllBytes(_folder.Path($"stage/{f.Path}"))));

    private static void Complete(PublishResult result) =>
        Assert.Equal(("", PublishOutcome.Complete), (result.Reason, result.Outcome));

    private sealed class Sink(Action<WeightProgress> report) : IProgress<WeightProgress>
    {
        public void Report(WeightProgress value) => report(value);
    }
}
