using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>A volume that is not there, and a state folder that is older than the volume.</summary>
public sealed class AwayTests
{
    private const string Model = "org/model";
    private const int ShardMiB = 3, Slices = 3 * ShardMiB + 2;

    [Fact]
    public async Task DonationThatVanishes_IsAway_AndServedAgainWhenItIsBack()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2);
        await AddAsync(swarm);
        var (donation, aside) = (swarm.DonationOf(1), swarm.At("aside"));
        // What of it is read comes from the disk, and not from a file that was open before.
        await swarm[1].KillAsync();
        await swarm[1].StartAgainAsync();
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        Directory.Move(donation, aside);
        await StateIsAsync(swarm, "away");
        Assert.Equal(Slices, await Swarm.SlicesHeldAsync(swarm[1]));
        await swarm.UntilAsync(
            async () => (await WhyAsync(swarm[0])).Contains("on a volume that is away", StringComparison.Ordinal),
            "the other node to hear of it", Model);
        Assert.False(Directory.Exists(donation), "something was made in the place of the volume");

        // Nor is an empty folder in its place taken for it.
        Directory.CreateDirectory(donation);
        await StateIsAsync(swarm, "away");
        Assert.Empty(Directory.EnumerateFileSystemEntries(donation));
        await swarm[1].KillAsync();
        await swarm[1].StartAgainAsync();
        await StateIsAsync(swarm, "away");
        Assert.Equal(Slices, await Swarm.SlicesHeldAsync(swarm[1]));
        Directory.Delete(donation);

        Directory.Move(aside, donation);
        await StateIsAsync(swarm, "present");
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        Assert.Equal(0, await swarm[1].ReceivedAsync());
        await RestoresAloneAsync(swarm);
    }

    [Fact]
    public async Task DonationThatStaysAway_IsReplacedAfterItsGrace()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2);
        await AddAsync(swarm);
        await swarm.DonateAsync(2, "50MB");
        Directory.Move(swarm.DonationOf(1), swarm.At("aside"));
        await swarm.UntilAsync(
            async () => await Swarm.SlicesHeldAsync(swarm[2]) == Slices, "another node to take its place", Model);
    }

    [Fact]
    public async Task OldStateFolder_PutBack_VouchesForNothingUnread()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2);
        await AddAsync(swarm);
        await swarm[1].KillAsync();
        await CopyAsync(swarm[1].State, swarm.At("backup"));
        // A later run gave one file up, of which the backup knows nothing.
        await swarm[1].StartAgainAsync();
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        var id = swarm[1].Id;
        await swarm[1].KillAsync();
        File.Delete(Directory.EnumerateFiles(
            swarm.DonationOf(1), "model-00002-of-00003.bin", SearchOption.AllDirectories).Single());
        Directory.Delete(swarm[1].State, recursive: true);
        Directory.Move(swarm.At("backup"), swarm[1].State);
        await swarm[0].SignalAsync("STOP");
        await swarm[1].StartAgainAsync();
        Assert.Equal(id, swarm[1].Id);
        Assert.Contains("the store is older than", swarm[1].Log, StringComparison.Ordinal);
        await swarm.UntilAsync(
            async () => await Swarm.SlicesHeldAsync(swarm[1]) == Slices - ShardMiB, "what is there to be read", Model);
        await swarm[0].SignalAsync("CONT");
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        Assert.InRange(
            await swarm[1].ReceivedAsync(), ShardMiB * ModelFolder.MiB, (ShardMiB + 1) * ModelFolder.MiB);
        await RestoresAloneAsync(swarm);
    }

    private static async Task AddAsync(Swarm swarm)
    {
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 3, ShardMiB * ModelFolder.MiB);
        await swarm.DonateAsync(1, "50MB");
        await swarm.AddAsync(0, folder, Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
    }

    private static Task StateIsAsync(Swarm swarm, string state) => swarm.UntilAsync(
        async () => (await swarm[1].AskAsync("donations")).GetProperty("donations")[0]
            .GetProperty("state").GetString() == state, $"the donation to be {state}", Model);

    private static async Task<string> WhyAsync(DaemonProcess node) => (await node.RunAsync("why", Model)).Output;

    private static async Task CopyAsync(string from, string to) =>
        (await RunResult.OfAsync("cp", ["-a", from, to])).Succeeded();

    private static async Task RestoresAloneAsync(Swarm swarm)
    {
        await swarm[0].KillAsync();
        var result = await swarm[1].RunAsync("restore", Model, swarm.At("restored"));
        Assert.True(result.ExitCode == 0, $"{result}\n{swarm[1].LogTail}");
        ModelFolder.AssertSame(swarm.At("model"), swarm.At("restored"));
    }
}
