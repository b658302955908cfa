using System.Text.Json;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>Two daemons that hold the same slices have each other hash them.</summary>
[Collection(Alone.Name)]
public sealed class TimedHashTests
{
    private const string Model = "org/model";

    [Fact]
    public async Task Holders_OfTheSameSlices_ShowEachOtherTheSameHash()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2, slice: "32MiB");
        await swarm.DonateAsync(1, "300MB");
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 3, 32 * ModelFolder.MiB);
        await swarm.AddAsync(0, folder, Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        await swarm.UntilAsync(
            async () => await AnsweredAsync(swarm[0]) > 0 && await AnsweredAsync(swarm[1]) > 0,
            "hashes that are the same", Model);
        foreach (var node in swarm.Nodes)
        {
            Assert.Equal(0, (await AuditsAsync(node)).GetProperty("copies_failed").GetInt32());
            Assert.DoesNotContain("another hash", node.Log, StringComparison.Ordinal);
        }
    }

    /// <summary>In time or not: this machine may have other things to do.</summary>
    private static async Task<int> AnsweredAsync(DaemonProcess node)
    {
        var audits = await AuditsAsync(node);
        return audits.GetProperty("copies_in_time").GetInt32() + audits.GetProperty("copies_slow").GetInt32();
    }

    private static async Task<JsonElement> AuditsAsync(DaemonProcess node) =>
        (await node.AskAsync("status")).GetProperty("audits");
}
