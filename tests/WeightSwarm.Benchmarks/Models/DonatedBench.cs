using WeightSwarm.V1;

namespace WeightSwarm.Benchmarks.Models;

/// <summary>
/// The same for models that lie in a donation. One daemon adds them in place; the donation of a second one is filled
/// with copies by hand, as after its store was lost, and it reads and verifies all of them before it holds them: the
/// planner of a network in earnest would take hours over so many. Then the second one starts anew.
/// </summary>
internal static class DonatedBench
{
    private sealed record Result(
        int Models, double VerifySeconds, double StopSeconds, double StartSeconds, double IdleShare,
        long ResidentBytes, long AnonymousBytes);

    public static int Run(BenchOptions options)
    {
        var name = $"weightswarm-donated-{Guid.NewGuid():N}"[..30];
        var root = Path.Combine(options.Text("folder", Path.GetTempPath()), name);
        try
        {
            var idle = TimeSpan.FromSeconds(options.Number("seconds", 60));
            var result = MeasureAsync(root, options.Number("models", 2000), idle).GetAwaiter().GetResult();
            Print(result);
            if (options.Text("json", "") is { Length: > 0 } path) Report.Save(path, "models-donated", result);
            return 0;
        }
        finally
        {
            if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<Result> MeasureAsync(string root, int models, TimeSpan idle)
    {
        ModelsBench.Make(root, models);
        var (source, _) = await DaemonProcess.StartAsync(Path.Combine(root, "a"));
        await using (source)
        {
            await source.Control.CreateNetworkAsync(
                new CreateNetworkRequest { Name = "bench", Copies = 1, Domains = "node" });
            List<ModelInfo> added = [];
            for (var i = 0; i < models; i++)
            {
                added.Add(await ModelsBench.AddAsync(source, root, i));
                if (i % 100 == 99) Console.Error.WriteLine($"{i + 1} of {models} added");
            }
            var invite = (await source.Control.InviteAsync(new InviteRequest())).Invite;
            var (verify, stop) = await FillAsync(root, invite, added);
            return await RestartAsync(root, models, idle, verify, stop);
        }
    }

    private static async Task<(double Verify, double Stop)> FillAsync(
        string root, string invite, List<ModelInfo> models)
    {
        var donation = Path.Combine(root, "donation");
        // It knows the manifests; to fetch thousands of them one by one would say nothing about a start.
        foreach (var file in Directory.EnumerateFiles(
            Path.Combine(root, "a", "content"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(root, "b", Path.GetRelativePath(Path.Combine(root, "a"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
        var (daemon, _) = await DaemonProcess.StartAsync(Path.Combine(root, "b"));
        await using (daemon)
        {
            await daemon.Control.JoinNetworkAsync(new JoinNetworkRequest { Invite = invite });
            while ((await daemon.Control.ListAsync(new ListRequest())).Models.Count < models.Count)
                await Pause.BeforeLookingAgainAsync();
            // Before there is a donation the planner takes nothing.
            Copy(root, donation, models);
            var from = TimeProvider.System.GetTimestamp();
            await daemon.Control.DonateAsync(new DonateRequest { Bytes = 10_000_000_000, Path = donation });
            Directory.Delete(Path.Combine(donation, "models"));
            Directory.Move($"{donation}-models", Path.Combine(donation, "models"));
            await ModelsBench.HoldsAsync(daemon, models.Count);
            var verify = TimeProvider.System.GetElapsedTime(from).TotalSeconds;
            await ModelsBench.SettlesAsync(daemon);
            return (verify, (await daemon.StopAsync()).TotalSeconds);
        }
    }

    private static async Task<Result> RestartAsync(
        string root, int models, TimeSpan idle, double verify, double stop)
    {
        var from = TimeProvider.System.GetTimestamp();
        var (daemon, _) = await DaemonProcess.StartAsync(Path.Combine(root, "b"));
        await using (daemon)
        {
            await ModelsBench.HoldsAsync(daemon, models);
            var start = TimeProvider.System.GetElapsedTime(from).TotalSeconds;
            await ModelsBench.SettlesAsync(daemon);
            var share = await daemon.CpuShareAsync(idle);
            return new Result(
                models, verify, stop, start, share, daemon.Memory("VmRSS"), daemon.Memory("RssAnon"));
        }
    }

    /// <summary>Beside the donation, which is not there yet: DONATION/models/MODEL-ID/NAME.</summary>
    private static void Copy(string root, string donation, List<ModelInfo> models)
    {
        for (var i = 0; i < models.Count; i++)
        {
            var name = models[i].Name.Replace("/", "--", StringComparison.Ordinal);
            var folder = Path.Combine($"{donation}-models", models[i].InfoHashV2, name);
            Directory.CreateDirectory(folder);
            foreach (var file in Directory.EnumerateFiles(ModelsBench.FolderOf(root, i)))
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }
    }

    private static void Print(Result r)
    {
        Console.WriteLine($"{r.Models} models verified in a donation in {r.VerifySeconds:0} s, " +
            $"stopped in {r.StopSeconds:0.0} s");
        ModelsBench.Row("start", $"{r.StartSeconds:0.0} s", r.StartSeconds / 30);
        ModelsBench.Row("idle", $"{r.IdleShare:P2} of a core", r.IdleShare / 0.02);
        ModelsBench.Row("resident memory", $"{r.ResidentBytes / 1e6:0} MB", r.ResidentBytes / 400e6);
        Console.WriteLine($"anonymous memory {r.AnonymousBytes / 1e6:0} MB of it");
    }
}
