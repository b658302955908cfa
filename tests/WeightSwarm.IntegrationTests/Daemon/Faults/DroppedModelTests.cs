using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon.Faults;

/// <summary>A donation is given back in which models lie that the catalogue has dropped.</summary>
public sealed class DroppedModelTests
{
    private const string Dropped = "org/dropped", Kept = "org/kept";
    private const int MiB = ModelFolder.MiB;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task DonateNothing_ModelNotInTheCatalogue_LeavesItsFilesAndEndsWithWords(bool restarted)
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 2, slice: "8MiB");
        var donation = swarm.At("donation");
        var node = await InProcessDaemon.StartAsync(swarm.At("other"));
        try
        {
            await node.AskAsync("network", "join", await swarm.InviteAsync());
            await node.AskAsync("donate", "100MB", donation);
            await swarm.SeesAsync(swarm[0], 1);
            ModelFolder.Write(swarm.At("model"), "a.bin", 2 * MiB, seed: 1);
            await swarm.AddAsync(0, swarm.At("model"), Dropped);
            await swarm.HasCopiesAsync(swarm[0], Dropped, 2);
            await Curator.SayAsync(swarm[0], node, Dropped, active: false);
            await swarm.UntilAsync(
                async () => (await swarm[0].RunAsync("show", Dropped)).ExitCode == 3, "the model to be dropped");
            if (restarted)
            {
                await node.DisposeAsync();
                node = await InProcessDaemon.StartAsync(swarm.At("other"));
            }

            await node.AskAsync("donate", "0", donation);
            await swarm.UntilAsync(() => IsGivenBackAsync(node), $"the donation to end; {node.Log}");
            var warnings = (await node.AskAsync("status")).GetProperty("warnings").EnumerateArray();
            Assert.Contains(warnings, w => w.GetString()!.Contains("no longer in the catalogue")
                && w.GetString()!.Contains(Path.Combine(donation, "models")));
            Assert.Equal(ModelFolder.HashOf(swarm.At("model", "a.bin")), ModelFolder.HashOf(FileIn(donation)));

            // Taken up again where it lies, if it is catalogued anew.
            await Curator.SayAsync(swarm[0], node, Dropped, active: true);
            await node.AskAsync("donate", "100MB", donation);
            await swarm.HasCopiesAsync(swarm[0], Dropped, 2);
            await swarm.UntilAsync(
                async () => (await node.AskAsync("status")).GetProperty("warnings").GetArrayLength() == 0,
                "the warning to go with its reason");
        }
        finally
        {
            await node.DisposeAsync();
        }
    }

    /// <summary>What the catalogue names is handed over first; only then what it does not name is let go.</summary>
    [Fact]
    public async Task DonateNothing_WithAnotherModel_HandsThatOneOverFirst()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2, slice: "8MiB");
        await using var node = await InProcessDaemon.StartAsync(swarm.At("other"));
        var donation = swarm.At("donation");
        await node.AskAsync("network", "join", await swarm.InviteAsync());
        await node.AskAsync("donate", "100MB", donation);
        await swarm.SeesAsync(swarm[0], 2);
        foreach (var (model, seed) in new[] { (Dropped, 1), (Kept, 2) })
        {
            ModelFolder.Write(swarm.At($"model{seed}"), "a.bin", 2 * MiB, seed);
            await swarm.AddAsync(0, swarm.At($"model{seed}"), model);
        }
        await swarm.HasCopiesAsync(swarm[0], Dropped, 2);
        await swarm.HasCopiesAsync(swarm[0], Kept, 2);
        await Curator.SayAsync(swarm[0], node, Dropped, active: false);
        await swarm.UntilAsync(
            async () => (await node.RunAsync("show", Dropped)).ExitCode == 3, "the model to be dropped");

        await node.AskAsync("donate", "0", donation);
        await swarm.DonateAsync(1, "100MB");
        await swarm.UntilAsync(
            async () => await Swarm.SlicesHeldAsync(swarm[1]) == 1, "the other model to be handed over", Kept);
        Assert.False(await IsGivenBackAsync(node), "its trash has not been emptied yet");
        await swarm.HasCopiesAsync(swarm[0], Kept, 2);
        Assert.Equal(2, Directory.EnumerateFiles(donation, "a.bin", SearchOption.AllDirectories).Count());
    }

    private static async Task<bool> IsGivenBackAsync(InProcessDaemon node) =>
        (await node.AskAsync("donations")).GetProperty("donations").GetArrayLength() == 0;

    private static string FileIn(string donation) =>
        Directory.EnumerateFiles(donation, "a.bin", SearchOption.AllDirectories).Single();
}
