using System.Text.Json;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>A copy is called verified while audits of it are fresh, and claimed otherwise, in every verb.</summary>
public sealed class VerifiedTests
{
    private const string Model = "org/model";
    private const int Shards = 2, ShardMiB = 2;

    /// <summary>Counted is one number for all who look; verified is what each can know.</summary>
    [Fact]
    public async Task Copy_ThatNobodyMayAudit_IsItsHoldersOwn_AndClaimedToOthers()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 1, domains: "subnet");
        await AddAsync(swarm);
        await swarm.UntilAsync(
            async () => (await swarm[1].RunAsync("show", Model)).ExitCode == 0
                && await CopiesAsync(swarm[1]) is { Counted: 1 }, "the copy to be known", Model);

        Assert.Equal((1, 1, 0), await CopiesAsync(swarm[0]));
        Assert.Equal((1, 0, 1), await CopiesAsync(swarm[1]));
        Assert.Equal((true, "own"), await OfAsync(swarm[0], swarm[0], "own"));
        Assert.Equal((false, "no node of another failure domain that may audit it"),
            await OfAsync(swarm[1], swarm[0], "no node of another failure domain that may audit it"));
        Assert.Equal(await SlicesAsync(swarm[0]), await SlicesVerifiedAsync(swarm[0], swarm[0]));
        Assert.Equal(0, await SlicesVerifiedAsync(swarm[1], swarm[0]));
    }

    /// <summary>Audited, spoiled behind the daemon's back, found out, mended, and audited again.</summary>
    [Fact]
    public async Task Copy_ThatIsSpoiled_IsVerifiedNoMore_UntilItIsMended()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2, slice: "8MiB");
        await swarm.DonateAsync(1, "100MB");
        await AddAsync(swarm);
        // The third holds nothing, and knows of the others' audits and its own.
        foreach (var node in swarm.Nodes) await HasAsync(swarm, node, 2, 2);
        Assert.Equal((true, "audited lately"), await OfAsync(swarm[2], swarm[1], "audited lately"));

        foreach (var file in Directory.EnumerateFiles(swarm.DonationOf(1), "*.bin", SearchOption.AllDirectories))
            Damage.Spoil(file);
        await HasAsync(swarm, swarm[0], 1, 1);
        Assert.Equal((false, "failed an audit"), await OfAsync(swarm[0], swarm[1], "failed an audit"));

        Assert.Equal(6, (await swarm[1].RunAsync("verify", Model)).ExitCode);
        await HasAsync(swarm, swarm[0], 2, 2);
    }

    private static async Task AddAsync(Swarm swarm)
    {
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, Shards, ShardMiB * ModelFolder.MiB);
        await swarm.AddAsync(0, folder, Model);
    }

    private static Task HasAsync(Swarm swarm, DaemonProcess node, int counted, int verified) => swarm.UntilAsync(
        async () => (await node.RunAsync("show", Model)).ExitCode == 0
            && await CopiesAsync(node) == (counted, verified, counted - verified),
        $"{counted} counted copies at {node.Id}, {verified} of them verified", Model);

    private static async Task<(int Counted, int Verified, int Claimed)> CopiesAsync(DaemonProcess node)
    {
        var copies = (await Swarm.HealthAsync(node, Model)).GetProperty("copies");
        return (copies.GetProperty("counted").GetInt32(), copies.GetProperty("verified").GetInt32(),
            copies.GetProperty("claimed").GetInt32());
    }

    /// <summary>What a node says of another's copy of the first slice, and the words if its reason has them.</summary>
    private static async Task<(bool Verified, string Words)> OfAsync(
        DaemonProcess node, DaemonProcess holder, string words)
    {
        var copy = (await node.AskAsync("why", Model)).GetProperty("slices")[0].GetProperty("copies").EnumerateArray()
            .Single(c => c.GetProperty("node_id").GetString() == holder.Id);
        var reason = copy.GetProperty("reason").GetString()!;
        return (copy.GetProperty("verified").GetBoolean(),
            reason.Contains(words, StringComparison.Ordinal) ? words : reason);
    }

    private static async Task<int> SlicesAsync(DaemonProcess node) =>
        (await ShowAsync(node)).GetProperty("model").GetProperty("slices").GetInt32();

    private static async Task<int> SlicesVerifiedAsync(DaemonProcess node, DaemonProcess holder) =>
        (await ShowAsync(node)).GetProperty("holders").EnumerateArray()
            .Single(h => h.GetProperty("node_id").GetString() == holder.Id).GetProperty("slices_verified").GetInt32();

    private static Task<JsonElement> ShowAsync(DaemonProcess node) => node.AskAsync("show", Model);
}
