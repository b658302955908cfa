using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>
/// The owner adds a model in place while this node's own plan is about to fetch it: what is prepared for the fetch
/// comes after the owner's files are served, and must not take their place.
/// </summary>
public sealed class AddWhileTakenTests
{
    private const string Model = "org/model";

    [Fact]
    public async Task Model_AddedWhileItsFetchIsPrepared_IsServedFromTheOwnersFiles_AndProved()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2);
        var folders = Enumerable.Range(0, 2)
            .Select(n => ModelFolder.Make(swarm.At($"model{n}"), seed: 1, shards: 2, ModelFolder.MiB)).ToList();
        await swarm.AddAsync(0, folders[0], Model);
        await swarm.UntilAsync(
            async () => (await swarm[1].RunAsync("show", Model)).ExitCode == 0, "the model to be known");
        // Whoever has the manifest is silent, so that what is prepared takes until it goes on.
        await swarm[0].SignalAsync("STOP");
        await swarm.DonateAsync(1, "100MB");
        await swarm.UntilAsync(
            async () => await FetchingAsync(swarm[1]) > 0 || await MissesAsync(swarm[1]), "the plan to want the model");
        await swarm[1].AskAsync("add", folders[1], "--name", Model);
        await swarm[0].SignalAsync("CONT");

        await swarm.UntilAsync(
            async () => (await Swarm.HealthAsync(swarm[0], Model)).GetProperty("copies") is var copies
                && copies.GetProperty("counted").GetInt32() == 2 && copies.GetProperty("verified").GetInt32() == 2,
            "both copies to be verified", Model);
        await swarm.UntilAsync(async () => await FetchingAsync(swarm[1]) == 0, "nothing to be fetched", Model);
        Assert.Equal(0, (await swarm[1].RunAsync("verify", Model)).ExitCode);
    }

    private static async Task<bool> MissesAsync(DaemonProcess node) =>
        (await node.AskAsync("peers")).GetProperty("peers")[0].GetProperty("liveness").GetString() != "online";

    private static async Task<int> FetchingAsync(DaemonProcess node) =>
        (await node.AskAsync("status")).GetProperty("slices_fetching").GetInt32();
}
