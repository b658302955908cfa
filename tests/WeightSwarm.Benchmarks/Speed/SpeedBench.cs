using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Weights;

namespace WeightSwarm.Benchmarks.Speed;

/// <summary>
/// Transfers over loopback, from one seeder and from three, beside libtorrent's own Python client (the same hybrid
/// torrent, its default settings without uTP), aria2 and Transmission (the version 1 twin). Goal: 95 % of libtorrent.
/// Every round runs all rivals, in another order than the round before; the ratio is the median of the rounds' ratios.
/// </summary>
internal static class SpeedBench
{
    private static readonly int[] Shapes = [1, 3];

    /// <summary>All transfers with so many seeders.</summary>
    internal sealed record Result(int Seeders, string State, Transfer[] Transfers)
    {
        /// <summary>Ours over libtorrent's, of each round in which neither was cut.</summary>
        public double[] Ratios =>
        [
            .. from ours in Transfers
               from theirs in Transfers
               where ours.Rival == "weightswarm" && theirs.Rival == "libtorrent" && ours.Round == theirs.Round
                   && !ours.Cut && !theirs.Cut
               select ours.MegabytesPerSecond / theirs.MegabytesPerSecond,
        ];
    }

    public static int Run(string[] arguments)
    {
        if (OwnNetwork.Enter("speed", arguments) is { } code) return code;
        OwnNetwork.SetUp();
        var options = new BenchOptions(
            arguments, "bytes", "rounds", "source", "target", "state", "cut", "also", "json");
        var results = RunAsync(options).GetAwaiter().GetResult();
        foreach (var result in results) Print(result);
        if (options.Text("json", "") is { Length: > 0 } path)
            Report.Save(path, "speed", new { Bytes = options.Bytes("bytes", 4L << 30), Results = results });
        return 0;
    }

    private static async Task<List<Result>> RunAsync(BenchOptions options)
    {
        using var scratch = new Scratch(options.Text("target", Path.GetTempPath()));
        using var files = new BenchFiles(
            options.Text("source", Path.GetTempPath()), "model", 4, options.Bytes("bytes", 4L << 30), alone: true);
        var payload = await PrepareAsync(files, scratch.Work);
        var results = new List<Result>();
        foreach (var state in options.Text("state", "warm").Split(','))
            foreach (var seeders in Shapes)
                results.Add(await MeasureAsync(payload, scratch, seeders, state, options));
        return results;
    }

    /// <summary>Writes the hybrid .torrent of some files, which must be whole pieces: nothing is padded then.</summary>
    internal static async Task<Payload> PrepareAsync(BenchFiles files, string work)
    {
        var hashed = await new ModelHasher().HashAsync(FolderScan.Run(files.Folder), Path.GetFileName(files.Folder));
        var model = hashed.Model ?? throw new InvalidOperationException(hashed.Reason);
        if (model.Metainfo.Files.Any(file => file.Bytes % model.Metainfo.PieceLength != 0))
            throw new ArgumentException($"a quarter of --bytes must be whole pieces of {model.Metainfo.PieceLength}");
        var hybrid = Path.Combine(work, "hybrid.torrent");
        await File.WriteAllBytesAsync(hybrid, model.Metainfo.ToEngineBytes());
        return new Payload(files, hybrid, model.Metainfo.ToVersion1Bytes(), work);
    }

    private static async Task<Result> MeasureAsync(
        Payload payload, Scratch scratch, int seeders, string state, BenchOptions options)
    {
        var rivals = new List<Rival>
        {
            EngineRival.Ours(payload), EngineRival.Libtorrent(payload), new Aria2Rival(payload),
        };
        if (options.Text("also", "") is { Length: > 0 } settings)
            rivals.Insert(1, EngineRival.Ours(payload, settings, settings.Split('+')));
        if (OwnNetwork.IsHere) rivals.Add(new TransmissionRival(payload));
        try
        {
            foreach (var rival in rivals) await rival.StartSeedersAsync(seeders);
            var transfers = new List<Transfer>();
            var cut = TimeSpan.FromSeconds(options.Number("cut", 100));
            for (var round = 1; round <= options.Number("rounds", 3); round++)
            {
                foreach (var rival in rivals.Where(rival => round == 1 || !rival.OnceOnly))
                {
                    transfers.Add(await scratch.FetchAsync(rival, payload, round, cut, state == "cold"));
                    var last = transfers[^1];
                    Console.Error.WriteLine(
                        $"{seeders} to 1, {state}, round {round}: {last.Rival} {last.MegabytesPerSecond:0} MB/s");
                }
                rivals.Reverse();
            }
            return new Result(seeders, state, [.. transfers]);
        }
        finally
        {
            foreach (var rival in rivals) await rival.DisposeAsync();
        }
    }

    private static void Print(Result result)
    {
        Console.WriteLine(
            $"{result.Seeders} to 1, {result.State}        MB/s: median, least, most   s of processor per GB");
        foreach (var rival in result.Transfers.GroupBy(t => t.Rival))
        {
            var rates = rival.Select(t => t.MegabytesPerSecond).ToArray();
            var cpu = Cost.Median(rival.Select(t => 1e9 * t.CpuSeconds / Math.Max(t.Bytes, 1)));
            var cut = rival.Any(t => t.Cut) ? "   cut" : "";
            Console.WriteLine(
                $"  {rival.Key,-14}{Cost.Median(rates),22:0}{rates.Min(),7:0}{rates.Max(),7:0}{cpu,14:0.00}{cut}");
        }
        var ratios = result.Ratios;
        if (ratios.Length == 0) return;
        Console.WriteLine(
            $"  ours / libtorrent {Cost.Median(ratios):0.00} ({ratios.Min():0.00} to {ratios.Max():0.00}), goal 0.95");
    }
}
