using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>A daemon fetches a last copy slowly; who would fetch in its place has it show what it has.</summary>
[Collection(Alone.Name)]
public sealed class ClaimProofTests
{
    private const string Model = "org/model";

    [Fact]
    public async Task Claimant_WhoFetchesSlowly_ShowsWhatItHas_AndIsLeftInPeace()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2, slice: "32MiB");
        ModelFolder.Write(swarm.At("model"), "a.bin", 32 * ModelFolder.MiB, seed: 6);
        foreach (var node in (int[])[1, 2])
        {
            await swarm[node].AskAsync("limits", "set", "--down", "1MB");
            await swarm.DonateAsync(node, "200MB");
        }
        await swarm.AddAsync(0, swarm.At("model"), Model);
        await swarm.UntilAsync(
            async () => await CountAsync(swarm, "claims_shown") >= 3, "progress that is shown", Model);
        // Whoever asks goes on to wait: it has claimed nothing itself.
        Assert.Equal(1, await CountingAsync(swarm, "slices_fetching"));
        Assert.InRange(await CountAsync(swarm, "claims_asked") - await CountAsync(swarm, "claims_shown"), 0, 1);
        Assert.All(
            swarm.Nodes, node => Assert.DoesNotContain("shows something else", node.Log, StringComparison.Ordinal));
    }

    private static async Task<int> CountAsync(Swarm swarm, string name)
    {
        var sum = 0;
        foreach (var node in swarm.Nodes)
            sum += (await node.AskAsync("status")).GetProperty("audits").GetProperty(name).GetInt32();
        return sum;
    }

    private static async Task<int> CountingAsync(Swarm swarm, string name)
    {
        var sum = 0;
        foreach (var node in swarm.Nodes) sum += (await node.AskAsync("status")).GetProperty(name).GetInt32();
        return sum;
    }
}
