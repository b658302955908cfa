using System.Diagnostics;
using System.Text;

namespace WeightSwarm.Benchmarks.Speed;

/// <summary>
/// The engine's settings, one changed at a time from what the daemon runs with, from one seeder to one leecher over
/// loopback, warm. Every setting is measured right beside the daemon's own, whose rate of that moment is its 1.00.
/// </summary>
internal static class EngineBench
{
    private static readonly string[] Settings =
    [
        "aio_threads=1", "aio_threads=4", "aio_threads=10", "hashing_threads=0", "hashing_threads=2",
        "mmap_file_size_cutoff=40+disk_write_mode=2", "max_queued_disk_bytes=1048576",
        "max_queued_disk_bytes=67108864", "send_buffer_watermark=4194304", "max_out_request_queue=2000",
        "tick_interval=500", "unchoke_slots_limit=8",
    ];

    private static readonly TimeSpan Cut = TimeSpan.FromSeconds(60);

    /// <summary>One setting beside the daemon's.</summary>
    internal sealed record Row(string Setting, Transfer[] Changed, Transfer[] Beside)
    {
        public double[] Ratios =>
            [.. Changed.Zip(Beside, (changed, own) => changed.MegabytesPerSecond / own.MegabytesPerSecond)];

        /// <summary>The same by processor time, which other load disturbs less; below 1 is better.</summary>
        public double CpuRatio =>
            Cost.Median(Changed.Zip(Beside, (changed, own) => changed.CpuSeconds / own.CpuSeconds));
    }

    /// <summary>Seconds from the start of a seeder's process until it serves.</summary>
    /// <param name="Vouched">With this node's word for every piece, as the daemon gives it.</param>
    /// <param name="Checked">When the engine hashes the folder first.</param>
    internal sealed record Starts(double Vouched, double Checked);

    public static int Run(string[] arguments)
    {
        var options = new BenchOptions(
            arguments, "bytes", "rounds", "source", "target", "settings", "json", "markdown");
        var (rows, starts) = RunAsync(options).GetAwaiter().GetResult();
        var table = Table(rows, starts, options.Bytes("bytes", 1L << 30), options.Number("rounds", 3));
        Console.Write(table);
        if (options.Text("json", "") is { Length: > 0 } json)
            Report.Save(json, "engine", new
            {
                Bytes = options.Bytes("bytes", 1L << 30),
                Starts = starts,
                Rows = rows,
            });
        if (options.Text("markdown", "") is { Length: > 0 } markdown) File.WriteAllText(markdown, table);
        return 0;
    }

    private static async Task<(List<Row> Rows, Starts Starts)> RunAsync(BenchOptions options)
    {
        using var scratch = new Scratch(options.Text("target", Path.GetTempPath()));
        using var files = new BenchFiles(
            options.Text("source", Path.GetTempPath()), "model", 4, options.Bytes("bytes", 1L << 30), alone: true);
        var payload = await SpeedBench.PrepareAsync(files, scratch.Work);
        var rows = new List<Row>();
        var named = options.Text("settings", "");
        foreach (var setting in named.Length > 0 ? named.Split(',') : Settings)
        {
            rows.Add(await MeasureAsync(payload, scratch, setting, options.Number("rounds", 3)));
            Console.Error.WriteLine($"{setting}: {Cost.Median(rows[^1].Ratios):0.00}");
        }
        return (rows, await StartsAsync(payload));
    }

    private static async Task<Row> MeasureAsync(Payload payload, Scratch scratch, string setting, int rounds)
    {
        await using var own = EngineRival.Ours(payload);
        await using var other = EngineRival.Ours(payload, "other", setting.Split('+'));
        await own.StartSeedersAsync(1);
        await other.StartSeedersAsync(1);
        var (changed, beside) = (new List<Transfer>(), new List<Transfer>());
        for (var round = 1; round <= rounds; round++)
        {
            // Whoever comes second meets another state of the disk; so they take turns.
            Rival[] order = round % 2 == 0 ? [own, other] : [other, own];
            foreach (var rival in order)
                (rival == own ? beside : changed).Add(
                    await scratch.FetchAsync(rival, payload, round, Cut, cold: false));
        }
        return new Row(setting, [.. changed], [.. beside]);
    }

    private static async Task<Starts> StartsAsync(Payload payload)
    {
        var seconds = new List<double>();
        foreach (var make in new[] { () => EngineRival.Ours(payload), () => EngineRival.Checking(payload) })
        {
            payload.Files.Warm();
            await using var rival = make();
            var start = Stopwatch.GetTimestamp();
            await rival.StartSeedersAsync(1);
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        return new Starts(seconds[0], seconds[1]);
    }

    private static string Table(List<Row> rows, Starts starts, long bytes, int rounds)
    {
        var text = new StringBuilder();
        text.Append("# Settings of the engine\n\n")
            .Append($"Written by `tests/bench engine` on {Report.Today}: {Environment.ProcessorCount} processors, ")
            .Append($"Linux {Report.Kernel}, {bytes >> 20} MiB,\none seeder to one leecher over loopback, warm, ")
            .Append($"{rounds} rounds. Each line changes one setting of the daemon's; 1.00 is the daemon's own, ")
            .Append("measured beside it:\nits rate, and (less is better) its processor time.\n\n")
            .Append("| setting | MB/s | daemon's MB/s | ratio | least and most | processor time |\n")
            .Append("|---|---|---|---|---|---|\n");
        foreach (var row in rows)
        {
            text.Append($"| `{row.Setting}` | {Rate(row.Changed):0} | {Rate(row.Beside):0} ")
                .Append($"| {Cost.Median(row.Ratios):0.00} | {row.Ratios.Min():0.00} to {row.Ratios.Max():0.00} ")
                .Append($"| {row.CpuRatio:0.00} |\n");
        }
        text.Append("\nA seeder that has the daemon's word for what it hashed serves\n")
            .Append($"{starts.Vouched:0.0} s after its process starts; one whose engine checks the folder, ")
            .Append($"after {starts.Checked:0.0} s.\n");
        return text.ToString();
    }

    private static double Rate(Transfer[] transfers) =>
        Cost.Median(transfers.Select(transfer => transfer.MegabytesPerSecond));
}
