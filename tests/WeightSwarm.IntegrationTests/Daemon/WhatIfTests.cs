using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>What a daemon answers to "what if", and what then really happens.</summary>
public sealed class WhatIfTests
{
    private const string Model = "org/model";

    [Fact]
    public async Task WhatIf_SaysWhatComesToPass()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 4, copies: 2);
        for (var n = 1; n < 4; n++) await swarm.DonateAsync(n, "100MB");
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 2, ModelFolder.MiB);
        await swarm.AddAsync(0, folder, Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);

        var leave = await swarm[3].AskAsync("plan", "--what-if", $"leave {swarm[0].Id}");
        var model = leave.GetProperty("models")[0];
        Assert.Equal((2, 1, 2), (
            model.GetProperty("copies_now").GetInt32(), Number(model, "copies"), Number(model, "copies_repaired")));
        Assert.Equal("critical", model.GetProperty("worst").GetProperty("risk").GetString());
        Assert.True(Number(leave, "bytes_to_copy") > 0);

        var lose = await swarm[3].AskAsync("plan", "--what-if", "lose 50%");
        Assert.Equal((100, 2), (lose.GetProperty("draws").GetInt32(), lose.GetProperty("nodes_gone").GetInt32()));
        Assert.Equal(1, Number(lose, "lost"));
        (await swarm[3].RunAsync("plan", "--what-if", "leave zzzzzzzzzz")).Failed(3, "no-such-node", "zzzzzzzzzz");
        (await swarm[3].RunAsync("plan", "--what-if", "leave a")).Failed(3, "no-such-node", "'a'");

        await swarm[0].KillAsync();
        await swarm.HasCopiesAsync(swarm[3], Model, 2);
    }

    private static long Number(System.Text.Json.JsonElement reply, string name) =>
        reply.GetProperty("worst").GetProperty(name).GetInt64();
}
