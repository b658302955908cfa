using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Weights;

namespace WeightSwarm.Benchmarks.Ingest;

/// <summary>
/// Hashing a model in one pass, beside what there was before: libtorrent's own hashing and then sha256sum. Goals: 90 %
/// of what the processor can hash (1 / (1/SHA-1 + 2/SHA-256) over the cores), and 1.8 times libtorrent and sha256sum.
/// Every round measures all of them one after the other; ratios are medians of the rounds.
/// </summary>
internal static class IngestBench
{
    private static readonly (string Name, int Shards)[] Shapes = [("4 shards", 4), ("1 file", 1)];

    private const string BothAtOnce = "/usr/bin/python3 \"$1\" \"$2\" \"$3\" & sha256sum \"$2\"/*; wait";

    /// <summary>One round.</summary>
    private sealed record Round(Cost Ours, Cost Libtorrent, Cost Sha256Sum, Cost Together);

    /// <summary>All rounds on one set of files.</summary>
    private sealed record Result(string Files, string State, long Bytes, long PieceLength, Round[] Rounds);

    public static int Run(string[] arguments)
    {
        var options = new BenchOptions(arguments, "size", "rounds", "folder", "piece", "json");
        var limit = HashLimit.Measure();
        var results = new List<Result>();
        foreach (var (name, shards) in Shapes)
        {
            using var files = new BenchFiles(
                options.Text("folder", Path.GetTempPath()), "model", shards, options.Bytes("size", 2L << 30));
            var piece = options.Bytes("piece", PieceLength.For(files.Bytes));
            foreach (var cold in new[] { false, true })
                results.Add(Measure(files, name, cold, piece, options.Number("rounds", 5)));
        }
        Print(limit, results);
        if (options.Text("json", "") is { Length: > 0 } path) Save(path, limit, results);
        return 0;
    }

    private static Result Measure(BenchFiles files, string name, bool cold, long piece, int rounds)
    {
        var state = cold ? "cold" : "cached";
        Console.Error.WriteLine($"{name}, {state}: {rounds} rounds");
        Agree(files, piece);
        var measured = Enumerable.Range(0, rounds).Select(_ => new Round(
            Ready(files, cold, () => Ours(files, piece)),
            Ready(files, cold, () => Libtorrent(files, piece)),
            Ready(files, cold, () => Command.Time("/usr/bin/sha256sum", files.Files)),
            Ready(files, cold, () => Command.Time(
                "/bin/bash", "-c", BothAtOnce, "both", Script(), files.Folder, Text(piece))))).ToArray();
        return new Result(name, state, files.Bytes, piece, measured);
    }

    private static Cost Ready(BenchFiles files, bool cold, Func<Cost> run)
    {
        if (cold) files.Chill();
        else files.Warm();
        return run();
    }

    /// <summary>A fast wrong answer is none.</summary>
    private static void Agree(BenchFiles files, long piece)
    {
        var ours = Hash(files, piece).Metainfo;
        var theirs = Command.Output("/usr/bin/python3", Script(), files.Folder, Text(piece)).Trim();
        if ($"{Convert.ToHexStringLower(ours.InfoHashV1.AsSpan())} {ours.InfoHashV2}" != theirs)
            throw new InvalidOperationException($"ours is {ours.InfoHashV2}, libtorrent's {theirs}");
    }

    private static Cost Ours(BenchFiles files, long piece)
    {
        var (start, cpu) = (TimeProvider.System.GetTimestamp(), Environment.CpuUsage.TotalTime);
        Hash(files, piece);
        return new Cost(
            TimeProvider.System.GetElapsedTime(start).TotalSeconds,
            (Environment.CpuUsage.TotalTime - cpu).TotalSeconds);
    }

    private static HashedModel Hash(BenchFiles files, long piece)
    {
        var scan = FolderScan.Run(files.Folder);
        var result = new ModelHasher().HashAsync(scan, "model", null, piece).GetAwaiter().GetResult();
        return result.Model ?? throw new InvalidOperationException(result.Reason);
    }

    private static Cost Libtorrent(BenchFiles files, long piece) =>
        Command.Time("/usr/bin/python3", Script(), files.Folder, Text(piece));

    private static void Print(HashLimit limit, List<Result> results)
    {
        Write($"SHA-1 {limit.Sha1 / 1e6:0} MB/s, SHA-256 {limit.Sha256 / 1e6:0} MB/s on {limit.Cores} cores: " +
            $"the limit is {limit.BytesPerSecond / 1e6:0} MB/s, {limit.CpuSecondsPerGb:0.000} s of processor per GB");
        foreach (var result in results)
        {
            Write($"{result.Files}, {result.State}, {result.Bytes / 1e9:0.00} GB, " +
                $"pieces of {result.PieceLength >> 20} MiB");
            Row("ours", result, round => round.Ours);
            Row("libtorrent, then sha256sum", result, round => round.Libtorrent + round.Sha256Sum);
            Row("both at the same time", result, round => round.Together);
            Row("libtorrent", result, round => round.Libtorrent);
            Row("sha256sum", result, round => round.Sha256Sum);
        }
        Write($"peak memory of this process {PeakBytes() >> 20} MiB");
        foreach (var result in results)
            foreach (var (name, ratio) in Ratios(limit, result))
                Write($"{result.Files}, {result.State}: {ratio:0.00} {name}");
    }

    private static void Row(string name, Result result, Func<Round, Cost> of)
    {
        var rate = result.Bytes / 1e6 / Cost.Median(result.Rounds.Select(r => of(r).Seconds));
        var cpu = 1e9 * Cost.Median(result.Rounds.Select(r => of(r).CpuSeconds)) / result.Bytes;
        Write($"  {name,-28}{rate,7:0} MB/s   {cpu,6:0.000} s of processor per GB");
    }

    private static SortedDictionary<string, double> Ratios(HashLimit limit, Result result)
    {
        double Median(Func<Round, double> of) => Cost.Median(result.Rounds.Select(of));
        return new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["of the limit"] = Median(r => result.Bytes / r.Ours.Seconds / limit.BytesPerSecond),
            ["of the limit by processor time"] =
                Median(r => limit.CpuSecondsPerGb * result.Bytes / 1e9 / r.Ours.CpuSeconds),
            ["times libtorrent then sha256sum"] =
                Median(r => (r.Libtorrent.Seconds + r.Sha256Sum.Seconds) / r.Ours.Seconds),
            ["times both at once"] = Median(r => r.Together.Seconds / r.Ours.Seconds),
        };
    }

    private static void Save(string path, HashLimit limit, List<Result> results) => File.WriteAllText(
        path, JsonSerializer.Serialize(new
        {
            Benchmark = "ingest",
            Limit = limit,
            PeakBytes = PeakBytes(),
            Results = results.Select(result => new { result, Ratios = Ratios(limit, result) }),
        }, JsonSerializerOptions.Web));

    private static long PeakBytes()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static void Write(string line) => Console.WriteLine(line);

    private static string Script([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "hash_with_libtorrent.py");
}
