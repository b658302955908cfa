using System.Globalization;
using System.Net;
using WeightSwarm.IntegrationTests.Daemon.Clients;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.IntegrationTests.Torrent;
using WeightSwarm.Tests.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>Transmission takes no peer on loopback from a tracker; so the two sit at the ends of a cable.</summary>
[Collection(Alone.Name)]
public sealed class TransmissionTests
{
    private const string Model = "org/model";

    [NamespaceFact]
    public async Task Transmission_FetchesFromADaemon()
    {
        using var work = new WorkFolder();
        await using var apart = await TwoMachines.MakeAsync();
        await using var daemon = await DaemonProcess.StartAsync(
            work.At("n0"), new DaemonStart
            {
                Listen = TwoMachines.First,
                DhtNodes = [$"{TwoMachines.Second}:9"],
                Through = apart.ThroughFirst,
            });
        var model = ModelFolder.Make(work.At("model"), seed: 1, shards: 3, 3 * ModelFolder.MiB);
        await daemon.AskAsync("network", "create", "test", "--copies", "1", "--pace", "drill", "--domains", "node");
        await daemon.AskAsync("add", model, "--name", Model, "--licence", "MIT");
        var torrent = work.At("model.torrent");
        await daemon.AskAsync("show", Model, "--v1", "--torrent", torrent);

        await using var tracker = new Tracker(
            IPAddress.Parse(TwoMachines.Ours),
            new IPEndPoint(IPAddress.Parse(TwoMachines.First), daemon.TorrentPort));
        await File.WriteAllBytesAsync(torrent, tracker.AddTo(await File.ReadAllBytesAsync(torrent)));
        var target = Directory.CreateDirectory(work.At("theirs")).FullName;
        await using var transmission = OtherProgram.Start(apart.ThroughSecond[0],
        [
            .. apart.ThroughSecond[1..], "transmission-cli", "-g", Settings(work), "-w", target, "-M", torrent,
        ]);
        await Eventually.True(
            () => Missing(model, target).Length == 0, TimeSpan.FromSeconds(60),
            () => $"{Missing(model, target)} is missing. Said: {transmission.Said}. {daemon.LogTail}");
    }

    private static string Settings(WorkFolder work)
    {
        var home = Directory.CreateDirectory(work.At("transmission")).FullName;
        File.WriteAllText(Path.Combine(home, "settings.json"), string.Create(CultureInfo.InvariantCulture, $$"""
            {"dht-enabled": false, "lpd-enabled": false, "pex-enabled": false, "utp-enabled": false,
             "port-forwarding-enabled": false, "bind-address-ipv4": "{{TwoMachines.Second}}",
             "bind-address-ipv6": "::1"}
            """));
        return home;
    }

    /// <summary>A file that is not there yet as it should be, empty when all are; Transmission leaves out empty
    /// ones.</summary>
    private static string Missing(string model, string target) => Directory
        .EnumerateFiles(model, "*", SearchOption.AllDirectories)
        .Where(file => new FileInfo(file).Length > 0)
        .FirstOrDefault(file => !IsCopied(file, Path.GetRelativePath(model, file), target)) ?? "";

    private static bool IsCopied(string file, string path, string target) => Directory.EnumerateDirectories(target)
        .Select(folder => Path.Combine(folder, path))
        .Any(copy => File.Exists(copy) && ModelFolder.HashOf(copy) == ModelFolder.HashOf(file));
}
