using System.Globalization;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.IntegrationTests.Donations;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>A volume that fills up below a donation: no crash, a warning, and nothing that is held is given
/// up.</summary>
public sealed class FullVolumeTests
{
    private const string Old = "org/old", New = "org/new";

    [Fact]
    public async Task Volume_ThatFillsUp_LosesNothing_AndGoesOnWhenThereIsRoom()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2);
        using var volume = new TmpfsVolume(64 * ModelFolder.MiB);
        await swarm[1].AskAsync("donate", "50MB", volume.At("donation"));
        var first = ModelFolder.Make(swarm.At("first"), seed: 1, shards: 2, ModelFolder.MiB);
        await swarm.AddAsync(0, first, Old);
        await swarm.HasCopiesAsync(swarm[0], Old, 2);
        var held = await Swarm.SlicesHeldAsync(swarm[1]);

        // Out of inodes is out of space too, and nothing that looks at free bytes sees it coming.
        var entries = Directory.EnumerateFileSystemEntries(volume.Folder, "*", SearchOption.AllDirectories).Count();
        Remount(volume, inodes: entries + 6);
        var second = swarm.At("second");
        for (var n = 0; n < 20; n++) ModelFolder.Write(second, $"part-{n}.bin", 300_000, seed: n);
        await swarm.AddAsync(0, second, New);
        await swarm.UntilAsync(() => WarnsAsync(swarm[1]), "a warning", New);
        Assert.True(await Swarm.SlicesHeldAsync(swarm[1]) >= held, swarm[1].LogTail);

        // What it holds is still given: the other holder is gone now.
        await swarm[0].SignalAsync("STOP");
        await swarm[2].AskAsync("restore", Old, swarm.At("restored"));
        ModelFolder.AssertSame(first, swarm.At("restored"));
        await swarm[0].SignalAsync("CONT");

        Remount(volume, inodes: 10_000);
        await swarm.HasCopiesAsync(swarm[0], New, 2);
        Assert.True(swarm[1].IsRunning, swarm[1].LogTail);
    }

    private static async Task<bool> WarnsAsync(DaemonProcess node) => (await node.AskAsync("status"))
        .GetProperty("warnings").EnumerateArray()
        .Any(w => w.GetString()!.Contains("space", StringComparison.OrdinalIgnoreCase));

    private static void Remount(TmpfsVolume volume, int inodes)
    {
        var options = string.Create(CultureInfo.InvariantCulture, $"remount,nr_inodes={inodes}");
        RunResult.OfAsync("mount", ["-o", options, volume.Folder]).GetAwaiter().GetResult().Succeeded();
    }
}
