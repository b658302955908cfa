using System.Globalization;
using Grpc.Core;
using WeightSwarm.V1;

namespace WeightSwarm.Benchmarks.Models;

/// <summary>
/// What thousands of models cost one daemon: its start, its idle processor time and its memory. Asked for 2,000 models:
/// 30 s, 2 % of a core, 400 MB.
/// </summary>
internal static class ModelsBench
{
    private const int WeightBytes = 300_000, MostSettlingSeconds = 60;
    private const double SettledShare = 0.05;

    private sealed record Result(
        int Models, double AddSeconds, double IdleShare, double StopSeconds, double StartSeconds,
        double IdleShareAfterRestart, long ResidentBytes, long AnonymousBytes);

    public static int Run(string[] arguments)
    {
        var options = new BenchOptions(arguments, "models", "seconds", "place", "folder", "json");
        if (options.Text("place", "folder") == "donation") return DonatedBench.Run(options);
        // Short, for the control socket's path.
        var name = $"weightswarm-models-{Guid.NewGuid():N}"[..30];
        var root = Path.Combine(options.Text("folder", Path.GetTempPath()), name);
        try
        {
            var idle = TimeSpan.FromSeconds(options.Number("seconds", 60));
            var result = MeasureAsync(root, options.Number("models", 2000), idle).GetAwaiter().GetResult();
            Print(result);
            if (options.Text("json", "") is { Length: > 0 } path) Report.Save(path, "models", result);
            return 0;
        }
        finally
        {
            if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<Result> MeasureAsync(string root, int models, TimeSpan idle)
    {
        var state = Path.Combine(root, "state");
        Make(root, models);
        var (first, _) = await DaemonProcess.StartAsync(state);
        TimeSpan stop;
        double share, seconds;
        await using (first)
        {
            await first.Control.CreateNetworkAsync(
                new CreateNetworkRequest { Name = "bench", Copies = 2, Domains = "node" });
            var from = TimeProvider.System.GetTimestamp();
            for (var i = 0; i < models; i++)
            {
                await AddAsync(first, root, i);
                if (i % 100 == 99) Console.Error.WriteLine($"{i + 1} of {models} added");
            }
            seconds = TimeProvider.System.GetElapsedTime(from).TotalSeconds;
            share = await first.CpuShareAsync(idle);
            stop = await first.StopAsync();
        }
        var (second, start) = await DaemonProcess.StartAsync(state);
        await using (second)
        {
            await HoldsAsync(second, models);
            await SettlesAsync(second);
            var later = await second.CpuShareAsync(idle);
            return new Result(
                models, seconds, share, stop.TotalSeconds, start.TotalSeconds, later, second.Memory("VmRSS"),
                second.Memory("RssAnon"));
        }
    }

    /// <summary>Adds one model in place; answers what was catalogued.</summary>
    public static async Task<ModelInfo> AddAsync(DaemonProcess daemon, string root, int model)
    {
        using var call = daemon.Control.Add(
            new AddRequest { Path = FolderOf(root, model), Name = $"bench/m{model}", Licence = "MIT" });
        ModelInfo? added = null;
        while (await call.ResponseStream.MoveNext(default)) added = call.ResponseStream.Current.Result?.Model ?? added;
        return added ?? throw new InvalidOperationException($"model {model} was not added");
    }

    /// <summary>Returns when a daemon holds so many slices.</summary>
    public static async Task HoldsAsync(DaemonProcess daemon, int models)
    {
        while (true)
        {
            var status = await daemon.Control.StatusAsync(new StatusRequest());
            if (status.SlicesHeld == models) return;
            await Pause.BeforeLookingAgainAsync();
        }
    }

    /// <summary>What a start leaves to do is not idle: returns after a second in which little was done.</summary>
    public static async Task SettlesAsync(DaemonProcess daemon)
    {
        for (var second = 0; second < MostSettlingSeconds; second++)
            if (await daemon.CpuShareAsync(TimeSpan.FromSeconds(1)) < SettledShare) return;
        throw new InvalidOperationException(
            $"the daemon takes over {SettledShare:P0} of a core for {MostSettlingSeconds} s after its start");
    }

    /// <summary>Writes folders of models, one small weight file each.</summary>
    public static void Make(string root, int models)
    {
        var random = new Random(20_260_101);
        var weights = new byte[WeightBytes];
        for (var i = 0; i < models; i++)
        {
            Directory.CreateDirectory(FolderOf(root, i));
            random.NextBytes(weights);
            File.WriteAllBytes(Path.Combine(FolderOf(root, i), "weights.bin"), weights);
            File.WriteAllText(Path.Combine(FolderOf(root, i), "config.json"), "{}");
        }
    }

    /// <summary>The folder of one of them.</summary>
    public static string FolderOf(string root, int model) =>
        Path.Combine(root, "models", model.ToString(CultureInfo.InvariantCulture));

    private static void Print(Result r)
    {
        Console.WriteLine($"{r.Models} models added in {r.AddSeconds:0} s, stopped in {r.StopSeconds:0.0} s");
        Console.WriteLine($"idle after adding {r.IdleShare:P2} of a core");
        Row("start", $"{r.StartSeconds:0.0} s", r.StartSeconds / 30);
        Row("idle", $"{r.IdleShareAfterRestart:P2} of a core", r.IdleShareAfterRestart / 0.02);
        Row("resident memory", $"{r.ResidentBytes / 1e6:0} MB", r.ResidentBytes / 400e6);
        Console.WriteLine($"anonymous memory {r.AnonymousBytes / 1e6:0} MB of it");
    }

    /// <summary>One line of the table.</summary>
    public static void Row(string what, string got, double ofAsked) =>
        Console.WriteLine($"{what,-16} {got,20} {ofAsked,6:0.00} of what may be");
}
