using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>A damaged database is kept, and what the daemon advises then brings everything back.</summary>
public sealed class CorruptDatabaseTests
{
    private const string Model = "org/model";

    [Fact]
    public async Task Advice_Followed_BringsBackAJoinedNode_AndTheFounder()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2);
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 6, ModelFolder.MiB);
        var added = await swarm.AddAsync(0, folder, Model);
        var slices = added.GetProperty("model").GetProperty("slices").GetInt32();
        await swarm.DonateAsync(1, "50MB");
        await swarm.HasCopiesAsync(swarm[2], Model, 2);
        var invite = (await swarm[2].AskAsync("invite")).GetProperty("invite").GetString()!;

        // Nobody else has the bytes while the first is rebuilt, so they can only come from its own disk.
        await swarm[0].TerminateAsync(TimeSpan.FromSeconds(30));
        await swarm[1].TerminateAsync(TimeSpan.FromSeconds(30));
        Damage(swarm[1], offset: 0);
        await FollowTheAdviceAsync(swarm[1], invite);
        await swarm[1].AskAsync("donate", "50MB", swarm.DonationOf(1));
        await HoldsAsync(swarm, 1, slices);

        await swarm[1].KillAsync();
        Damage(swarm[0], offset: 4096);
        await FollowTheAdviceAsync(swarm[0], invite);
        await HoldsAsync(swarm, 0, slices);
        var network = (await swarm[0].AskAsync("network", "show")).GetProperty("network");
        Assert.True(network.GetProperty("founder").GetBoolean());
        var more = ModelFolder.Make(swarm.At("more"), seed: 2, shards: 1, 5000);
        Assert.False((await swarm.AddAsync(0, more, "org/more")).GetProperty("existing").GetBoolean());
        await swarm[2].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(folder, swarm.At("restored"));
    }

    private static Task HoldsAsync(Swarm swarm, int node, int slices) => swarm.UntilAsync(
        async () => await Swarm.SlicesHeldAsync(swarm[node]) == slices, $"{slices} slices verified again", Model);

    private static void Damage(DaemonProcess node, int offset)
    {
        using var file = File.OpenWrite(DatabaseOf(node));
        file.Position = offset;
        var noise = new byte[20_000];
        new Random(offset).NextBytes(noise);
        file.Write(noise);
    }

    private static async Task FollowTheAdviceAsync(DaemonProcess node, string invite)
    {
        var id = node.Id;
        var database = DatabaseOf(node);
        var before = ModelFolder.HashOf(database);
        var refused = await DaemonProcess.RunToEndAsync(node.State);
        refused.Failed(1, "store-damaged", database, $"{database}.corrupt-1", "network join", "donate", "node.key");
        Assert.Equal(before, ModelFolder.HashOf(database));
        foreach (var suffix in new[] { "", "-wal", "-shm" })
            if (File.Exists(database + suffix))
                File.Move(database + suffix, $"{database}.corrupt-1{suffix}");
        await node.StartAgainAsync();
        Assert.Equal(id, node.Id);
        await node.AskAsync("network", "join", invite);
        Assert.Equal(before, ModelFolder.HashOf($"{database}.corrupt-1"));
    }

    private static string DatabaseOf(DaemonProcess node) => Path.Combine(node.State, "weightswarm.db");
}
