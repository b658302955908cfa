using System.Diagnostics;
using System.Net;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;
using WeightSwarm.Node.Torrents;
using WeightSwarm.Tests.Support;
using WeightSwarm.Tests.Torrent;
using WeightSwarm.Torrent;
using Xunit.Abstractions;

namespace WeightSwarm.IntegrationTests.Torrents;

/// <summary>
/// Limits over real engines on loopback. Only upper bounds are asserted: a busy machine may be slower, and nothing
/// makes an engine faster than its limit. The benchmark `bandwidth` measures both sides.
/// </summary>
public sealed class BandwidthTests(ITestOutputHelper output) : IDisposable
{
    private const int Limit = 2_000_000, Bytes = 96 << 18;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("weightswarm-bandwidth-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Limit, 0)]
    [InlineData(0, Limit)]
    public async Task Limit_OfOneSide_HoldsOnLoopback(int up, int down)
    {
        var torrent = TestTorrent.Make(1, "model", 1 << 18, ("w.bin", Bytes));
        await using var seeder = await SeederAsync(torrent);
        await using var leecher = await EngineAsync();
        await seeder.SetLimitsAsync(up, 0, default);
        await leecher.SetLimitsAsync(0, down, default);
        var key = await leecher.AddAsync(SpecOf(torrent, "down"), default);
        await leecher.ConnectPeerAsync(key, new IPEndPoint(IPAddress.Loopback, seeder.ListenPort), default);
        AssertObeyed(await MeasureAsync([leecher], [key]));
    }

    [Fact]
    public async Task Limit_OfADaemonThatRestores_HoldsForBothEnginesTogether()
    {
        var (one, two) = (TestTorrent.Make(1, "one", 1 << 18, ("w.bin", Bytes)),
            TestTorrent.Make(2, "two", 1 << 18, ("w.bin", Bytes)));
        await using var seeder = await SeederAsync(one, two);
        var options = new DaemonOptions { StateFolder = _folder, Listen = IPAddress.Loopback, TorrentPort = 0 };
        await using var host = new EngineHost(options, new LibtorrentFactory());
        using var store = NodeStore.Open(_folder, TimeProvider.System);
        using var bandwidth = new Bandwidth(host, store, new Clock(TimeProvider.System));
        await bandwidth.SetAsync(LimitSchedule.Unlimited.With(new LimitRule([], null, Limit)), default);
        await using var guest = await EngineAsync();
        using var membership = await bandwidth.JoinAsync(guest, default);

        ITorrentEngine[] engines = [host.Engine, guest];
        string[] keys =
        [
            await host.Engine.AddAsync(SpecOf(one, "a"), default), await guest.AddAsync(SpecOf(two, "b"), default),
        ];
        foreach (var (engine, key) in engines.Zip(keys))
            await engine.ConnectPeerAsync(key, new IPEndPoint(IPAddress.Loopback, seeder.ListenPort), default);
        AssertObeyed(await MeasureAsync(engines, keys, () => bandwidth.ApplyAsync(default)));
    }

    private void AssertObeyed((long Bytes, double Seconds) measured)
    {
        var rate = measured.Bytes / measured.Seconds;
        output.WriteLine($"{measured.Bytes} bytes in {measured.Seconds:0.00} s: {rate / Limit:P1} of the limit");
        Assert.True(measured.Bytes >= Bytes / 2, $"only {measured.Bytes} bytes were measured");
        Assert.True(rate <= 1.1 * Limit, $"{rate:0} bytes per second at a limit of {Limit}");
    }

    /// <summary>Payload of all engines between its first sight and their end.</summary>
    private static async Task<(long Bytes, double Seconds)> MeasureAsync(
        ITorrentEngine[] engines, string[] keys, Func<Task>? everySecond = null)
    {
        var (from, begun, applied) = (-1L, 0L, Stopwatch.GetTimestamp());
        (long Bytes, double Seconds) measured = default;
        await Eventually.True(async () =>
        {
            var done = true;
            var bytes = 0L;
            foreach (var (engine, key) in engines.Zip(keys))
            {
                var status = (await engine.GetStatusAsync(key, default))!;
                bytes += status.TotalDownloadedBytes;
                done &= status.State is TorrentState.Finished or TorrentState.Seeding;
            }
            if (everySecond is not null && Stopwatch.GetElapsedTime(applied).TotalSeconds >= 1)
            {
                await everySecond();
                applied = Stopwatch.GetTimestamp();
            }
            if (from < 0 && bytes > Limit) (from, begun) = (bytes, Stopwatch.GetTimestamp());
            if (from >= 0) measured = (bytes - from, Stopwatch.GetElapsedTime(begun).TotalSeconds);
            return done;
        }, Patience, () => $"{measured}");
        return measured;
    }

    private TorrentSpec SpecOf(TestTorrent torrent, string folder) =>
        new() { Metainfo = torrent.Metainfo, SaveFolder = Path.Combine(_folder, folder) };

    private async Task<ITorrentEngine> SeederAsync(params TestTorrent[] torrents)
    {
        var seeder = await EngineAsync();
        foreach (var torrent in torrents)
        {
            torrent.WriteTo(Path.Combine(_folder, "up"));
            await seeder.AddAsync(SpecOf(torrent, "up") with { ReadOnly = true }, default);
        }
        return seeder;
    }

    private static async Task<ITorrentEngine> EngineAsync() => await LibtorrentEngine.CreateAsync(
        new TorrentEngineOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), TouchesTheInternet = false });
}
