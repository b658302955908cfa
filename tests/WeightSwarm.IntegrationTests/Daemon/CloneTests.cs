using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>A machine is cloned, or a state folder copied: two daemons speak with one key.</summary>
public sealed class CloneTests
{
    private const string Model = "org/model";

    [Fact]
    public async Task CopiedStateFolder_IsNoticedByBoth_WhoTakeOnNothing_UntilOneIsGone()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 3);
        await swarm.DonateAsync(1, "100MB");
        await swarm[2].TerminateAsync(TimeSpan.FromSeconds(30));
        CopyFolder(swarm[2].State, swarm.At("copy"));
        await swarm[2].StartAgainAsync();
        await using var copy = await DaemonProcess.StartAsync(swarm.At("copy"));
        Assert.Equal(swarm[2].Id, copy.Id);
        await swarm.UntilAsync(
            async () => await SeesAsync(swarm[2]) && await SeesAsync(copy), "both to see that they are two");

        // Three copies are wanted, and it has room: but not while it may be two.
        await swarm.DonateAsync(2, "100MB");
        await swarm.AddAsync(0, ModelFolder.Make(swarm.At("model"), seed: 5, shards: 1, ModelFolder.MiB), Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        Assert.Equal(0, await Swarm.SlicesHeldAsync(swarm[2]));
        Assert.Equal(0, await Swarm.SlicesHeldAsync(copy));

        await copy.KillAsync();
        await swarm.HasCopiesAsync(swarm[0], Model, 3);
        Assert.False(await SeesAsync(swarm[2]));
    }

    private static async Task<bool> SeesAsync(DaemonProcess node) =>
        (await node.AskAsync("status")).GetProperty("warnings").EnumerateArray()
            .Any(w => w.GetString()!.Contains("another node runs with this node's key", StringComparison.Ordinal));

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }
    }
}
