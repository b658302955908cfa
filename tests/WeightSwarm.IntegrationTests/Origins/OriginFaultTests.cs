using System.Diagnostics;
using System.Net;
using WeightSwarm.Tests.Torrent;
using WeightSwarm.Torrent;
using Xunit.Abstractions;

namespace WeightSwarm.IntegrationTests.Origins;

/// <summary>A real engine fetches through the shim, whatever the origin does; see the names.</summary>
public sealed class OriginFaultTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("none")]
    [InlineData("no-ranges")]
    [InlineData("redirects")]
    [InlineData("expires")]
    [InlineData("expires-in-the-middle")]
    [InlineData("forbidden")]
    [InlineData("busy")]
    [InlineData("error-500")]
    [InlineData("error-502")]
    [InlineData("error-503")]
    [InlineData("hangs-up")]
    [InlineData("silent")]
    [InlineData("stalls")]
    [InlineData("truncates")]
    [InlineData("wrong-range")]
    [InlineData("wrong-length")]
    [InlineData("page")]
    [InlineData("gzip")]
    [InlineData("redirect-loop")]
    [InlineData("redirect-to-private")]
    [InlineData("redirect-to-file")]
    public async Task Origin_ThatMisbehaves_IsSurvived(string how)
    {
        await using var rig = await OriginRig.StartAsync(Misbehaviours.Of(how));
        await rig.FinishesAsync();
        Assert.Empty(rig.Probe.Events.OfType<PieceFailed>());
    }

    [Fact]
    public async Task Origin_WithWrongBytes_IsDistrusted_AndAPeerCompletesTheModel()
    {
        const string file = "weights-1.bin";
        const int at = 700_000;
        await using var rig = await OriginRig.StartAsync(Misbehaviours.WrongBytes(file, at));
        await rig.UntilAsync(
            () => !rig.Book.IsUsable(rig.Content.Entry), "distrust");
        var bad = rig.Content.Metainfo.Files.Single(f => f.Path == file).FirstPiece + at / rig.Torrent.PieceLength;
        Assert.Contains("wrong hash", Assert.Single(rig.Book.Warnings), StringComparison.Ordinal);
        Assert.DoesNotContain(bad, rig.Probe.Verified(rig.Torrent.Key));
        var asked = rig.Origin.Log.Count;

        await using var seeder = await SeederAsync(rig);
        await rig.Probe.Engine.ConnectPeerAsync(
            rig.Torrent.Key, new IPEndPoint(IPAddress.Loopback, seeder.Engine.ListenPort), default);
        await rig.FinishesAsync();

        Assert.False(rig.Book.IsUsable(rig.Content.Entry));
        Assert.InRange(rig.Origin.Log.Count, asked, asked + 8);
    }

    [Theory]
    [InlineData("one")]
    [InlineData("in a folder.bin")]
    [InlineData("in/two/folders.bin")]
    public async Task Origin_OfATorrentWithOneFile_IsFetched(string path)
    {
        var torrent = TestTorrent.Make(3, "one", 64 << 10, (path, 8 << 16));
        await using var origin = await OriginUnderTest.StartAsync(path => torrent.Files.GetValueOrDefault(path));
        await using var rig = await OriginRig.StartAsync(torrent, origin);
        await rig.FinishesAsync();
    }

    [Fact]
    public async Task Limit_OfTheEngine_HoldsForAnOrigin()
    {
        const int limit = 1_000_000;
        var torrent = TestTorrent.Make(4, "model", 64 << 10, ("w.bin", 96 << 16));
        await using var origin = await OriginUnderTest.StartAsync(path => torrent.Files.GetValueOrDefault(path));
        await using var rig = await OriginRig.StartAsync(torrent, origin);
        await rig.Probe.Engine.SetLimitsAsync(0, limit, default);

        await rig.UntilAsync(() => rig.Probe.Verified(torrent.Key).Count > torrent.Pieces / 2, "first half");
        var (begun, before) = (Stopwatch.GetTimestamp(), rig.Probe.Verified(torrent.Key).Count);
        await rig.FinishesAsync();

        var rate = (torrent.Pieces - before) * (64L << 10) / Stopwatch.GetElapsedTime(begun).TotalSeconds;
        output.WriteLine($"{rate / limit:P1} of the limit");
        // A busy machine may be slower; the first half has used up the allowance with which an engine begins.
        Assert.InRange(rate, 0, 1.25 * limit);
    }

    private static async Task<EngineProbe> SeederAsync(OriginRig rig)
    {
        var seeder = new EngineProbe(await OriginRig.EngineAsync());
        var folder = Path.Combine(rig.Folder, "..", "seeder");
        rig.Torrent.WriteTo(folder);
        await seeder.AddAndCheckAsync(new TorrentSpec
        {
            Metainfo = rig.Torrent.Metainfo,
            SaveFolder = Path.GetFullPath(folder),
        });
        return seeder;
    }
}
