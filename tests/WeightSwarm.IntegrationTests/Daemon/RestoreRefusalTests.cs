using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.IntegrationTests.Donations;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>What stands in the way of a restore, and what `health` says when nobody is left.</summary>
public sealed class RestoreRefusalTests
{
    private const string Model = "org/model";

    [Fact]
    public async Task Restore_ThatCannotBe_IsRefused_AndTouchesNothing()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3);
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 2, 2 * ModelFolder.MiB);
        await swarm.AddAsync(0, folder, Model);
        await swarm.UntilAsync(async () => (await swarm[1].RunAsync("show", Model)).ExitCode == 0, "the entry");

        await RefusesACollisionAsync(swarm);
        await RefusesAFileAsync(swarm);
        await RefusesASmallVolumeAsync(swarm);
        await RefusesWithoutAHolderAsync(swarm, folder);
    }

    private static async Task RefusesACollisionAsync(Swarm swarm)
    {
        var target = swarm.At("taken");
        var mine = ModelFolder.Write(target, "config.json", 10, seed: 9);
        var before = ModelFolder.Fingerprint(target);
        (await swarm[1].RunAsync("restore", Model, target)).Failed(5, "exists", mine, "another folder");
        Assert.Equal(before, ModelFolder.Fingerprint(target));
    }

    private static async Task RefusesAFileAsync(Swarm swarm)
    {
        var file = ModelFolder.Write(swarm.At("files"), "file", 10, seed: 9);
        var before = ModelFolder.HashOf(file);
        (await swarm[1].RunAsync("restore", Model, file)).Failed(2, "not-a-folder", file);
        var below = Path.Combine(file, "below");
        (await swarm[1].RunAsync("restore", Model, below)).Failed(5, "exists", file, "another folder");
        Assert.Equal(before, ModelFolder.HashOf(file));
    }

    private static async Task RefusesASmallVolumeAsync(Swarm swarm)
    {
        using var volume = new TmpfsVolume(2 * ModelFolder.MiB);
        (await swarm[1].RunAsync("restore", Model, volume.At("out"))).Failed(8, "no-space", "4.2 MB", volume.Folder);
        Assert.Empty(Directory.EnumerateFileSystemEntries(volume.Folder));
    }

    private static async Task RefusesWithoutAHolderAsync(Swarm swarm, string folder)
    {
        await swarm[0].KillAsync();
        await swarm.UntilAsync(
            async () => (await swarm[1].AskAsync("status")).GetProperty("nodes_online").GetInt32() == 1,
            "the holder's absence");
        var health = await swarm[1].RunAsync("health", Model);
        Assert.Equal(10, health.ExitCode);
        var summary = health.Json.GetProperty("summary");
        Assert.Equal(0, summary.GetProperty("safe").GetInt32() + summary.GetProperty("thin").GetInt32());
        var result = await swarm[1].RunAsync("restore", Model, swarm.At("restored"));
        result.Failed(7, "incomplete", Model, "no present holder", "weightswarm why", "run the same command again");

        // The same command goes on when the holder is back.
        await swarm[0].StartAgainAsync();
        await swarm.SeesAsync(swarm[1], 2);
        await swarm[1].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(folder, swarm.At("restored"));
    }
}
