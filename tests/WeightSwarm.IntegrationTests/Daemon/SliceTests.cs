using System.Text.Json;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>
/// A model larger than any donation: 1 GB and five donations of 350 MB with slices of 64 MiB, all of it at one eighth.
/// </summary>
public sealed class SliceTests
{
    private const string Model = "org/large";
    private const int Nodes = 5, Slices = 16, Quota = 44_000_000;

    // Five slices of 8 MiB fit into one donation; the node that added the model needs none of its own.
    private const int FittingCopies = Slices + (Nodes - 1) * 5;

    [Fact]
    public async Task Model_LargerThanAnyDonation_IsSpreadEvenly_AndPutTogetherAgain()
    {
        await using var swarm = await Swarm.StartAsync(Nodes + 1, copies: 3, slice: "8MiB");
        for (var node = 0; node < Nodes; node++) await swarm.DonateAsync(node, $"{Quota}");
        var folder = swarm.At("model");
        for (var shard = 0; shard < 4; shard++)
            ModelFolder.Write(folder, $"shard-{shard}.bin", 32 * ModelFolder.MiB, seed: shard);
        var added = await swarm.AddAsync(0, folder, Model);
        Assert.Equal(Slices, added.GetProperty("model").GetProperty("slices").GetInt32());

        await swarm.UntilAsync(
            async () => (await CountsAsync(swarm[Nodes])).Sum() >= FittingCopies, $"{FittingCopies} copies", Model);
        var counts = await CountsAsync(swarm[Nodes]);
        Assert.Equal(FittingCopies, counts.Sum());
        Assert.All(counts, copies => Assert.InRange(copies, 2, 3));
        await SaysThatThereIsNoRoomAsync(swarm);
        await KeepsTheQuotasAsync(swarm);

        await swarm[0].KillAsync();
        await swarm[Nodes].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(folder, swarm.At("restored"));
        await KeepsTheQuotasAsync(swarm);
    }

    /// <summary>Copies of each slice that are held, not only claimed.</summary>
    private static async Task<int[]> CountsAsync(DaemonProcess node)
    {
        var why = await node.RunAsync("why", Model);
        if (why.ExitCode == 3) return [];
        return
        [
            .. why.Succeeded().Json.GetProperty("slices").EnumerateArray()
                .Select(s => s.GetProperty("copies").EnumerateArray().Count(c => !c.GetProperty("claim").GetBoolean())),
        ];
    }

    private static async Task SaysThatThereIsNoRoomAsync(Swarm swarm)
    {
        for (var node = 1; node < Nodes; node++)
        {
            var lines = (await swarm[node].AskAsync("plan")).GetProperty("lines").EnumerateArray().ToList();
            Assert.Contains(lines, line => Text(line, "reason").Contains("room", StringComparison.Ordinal));
        }
        var why = (await swarm[1].AskAsync("why", Model)).GetProperty("slices").EnumerateArray();
        foreach (var slice in why.Where(s => s.GetProperty("durable").GetInt32() < 3 && !IsHeldBy(s, swarm[1].Id)))
            Assert.Contains("room", Text(slice, "next"), StringComparison.Ordinal);
    }

    private static async Task KeepsTheQuotasAsync(Swarm swarm)
    {
        for (var node = 0; node < Nodes; node++)
        {
            if (!swarm[node].IsRunning) continue;
            var donation = (await swarm[node].AskAsync("donations")).GetProperty("donations")[0];
            var onDisk = Directory.EnumerateFiles(swarm.DonationOf(node), "*", SearchOption.AllDirectories)
                .Sum(path => WeightSwarm.Node.Store.FileFacts.Of(path)!.BlockBytes);
            Assert.InRange(donation.GetProperty("used_bytes").GetInt64(), 0, Quota);
            Assert.InRange(onDisk, 0, Quota + Quota / 100);
        }
    }

    private static bool IsHeldBy(JsonElement slice, string node) =>
        slice.GetProperty("copies").EnumerateArray().Any(copy => Text(copy, "node_id") == node);

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
