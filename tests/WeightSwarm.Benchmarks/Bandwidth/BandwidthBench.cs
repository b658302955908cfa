using System.Diagnostics;
using System.Net;
using System.Text.Json;
using WeightSwarm.Node.Weights;
using WeightSwarm.Torrent;

namespace WeightSwarm.Benchmarks.Bandwidth;

/// <summary>
/// How near to its limit an engine stays, on loopback, up and down, while the limit is changed in the middle of a
/// transfer. The rival is the limit itself: 90 % to 110 % is asked.
/// </summary>
internal static class BandwidthBench
{
    private static readonly int[] Limits = [20_000_000, 2_000_000, 60_000_000, 8_000_000];
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>Payload of one window.</summary>
    private sealed record Rate(string Side, int Limit, double BytesPerSecond)
    {
        public double Ratio => BytesPerSecond / Limit;
    }

    public static int Run(string[] arguments)
    {
        var options = new BenchOptions(arguments, "seconds", "folder", "json");
        var window = TimeSpan.FromSeconds(options.Number("seconds", 15));
        // Enough that no transfer ends within its window, and half as much again.
        var bytes = (long)(Limits.Sum(limit => (double)limit) * (window + Settling).TotalSeconds * 1.5);
        using var files = new BenchFiles(options.Text("folder", Path.GetTempPath()), "model", shards: 1, bytes);
        files.Warm();
        var windows = new List<Rate>();
        foreach (var side in new[] { "up", "down" })
            windows.AddRange(MeasureAsync(files, side, window).GetAwaiter().GetResult());
        foreach (var w in windows)
            Console.WriteLine($"{w.Side,-5}{w.Limit / 1e6,6:0.0} MB/s asked {w.BytesPerSecond / 1e6,8:0.00} MB/s got");
        foreach (var w in windows)
            Console.WriteLine($"{w.Side,-5}{w.Limit / 1e6,6:0.0} MB/s: {w.Ratio:0.000} of the limit");
        if (options.Text("json", "") is { Length: > 0 } path)
            File.WriteAllText(
                path, JsonSerializer.Serialize(new { Benchmark = "bandwidth", windows }, JsonSerializerOptions.Web));
        return 0;
    }

    private static async Task<List<Rate>> MeasureAsync(BenchFiles files, string side, TimeSpan window)
    {
        var hashed = await new ModelHasher().HashAsync(FolderScan.Run(files.Folder), Path.GetFileName(files.Folder));
        var metainfo = (hashed.Model ?? throw new InvalidOperationException(hashed.Reason)).MetainfoBytes;
        var target = Directory.CreateTempSubdirectory("weightswarm-bandwidth-").FullName;
        try
        {
            await using var seeder = await EngineAsync();
            await using var leecher = await EngineAsync();
            var parent = Path.GetDirectoryName(files.Folder)!;
            await seeder.AddAsync(new() { Metainfo = metainfo, SaveFolder = parent, ReadOnly = true }, default);
            var key = await leecher.AddAsync(new() { Metainfo = metainfo, SaveFolder = target }, default);
            await leecher.ConnectPeerAsync(key, new IPEndPoint(IPAddress.Loopback, seeder.ListenPort), default);
            var windows = new List<Rate>();
            foreach (var limit in Limits)
            {
                if (side == "up") await seeder.SetLimitsAsync(limit, 0, default);
                else await leecher.SetLimitsAsync(0, limit, default);
                // The limit is an average: what was allowed before it changed is not measured.
                await Pause.WhileMeasuringAsync(Settling);
                windows.Add(new Rate(side, limit, await RateAsync(leecher, key, window)));
            }
            return windows;
        }
        finally
        {
            Directory.Delete(target, recursive: true);
        }
    }

    private static async Task<double> RateAsync(ITorrentEngine leecher, string key, TimeSpan window)
    {
        var (from, start) = (await DownloadedAsync(leecher, key), Stopwatch.GetTimestamp());
        await Pause.WhileMeasuringAsync(window);
        var bytes = await DownloadedAsync(leecher, key) - from;
        return bytes / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<long> DownloadedAsync(ITorrentEngine leecher, string key) =>
        (await leecher.GetStatusAsync(key, default))!.TotalDownloadedBytes;

    private static async Task<ITorrentEngine> EngineAsync() => await LibtorrentEngine.CreateAsync(
        new TorrentEngineOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), TouchesTheInternet = false });
}
