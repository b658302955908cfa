using System.Text.Json;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.Torrent;

namespace WeightSwarm.IntegrationTests.Daemon.Faults;

/// <summary>
/// A daemon whose disk fails, among daemons that are well: nothing is advertised that is not there, the owner is told,
/// and the network goes on.
/// </summary>
public sealed class FaultyDiskTests
{
    private const string Model = "org/model", Other = "org/other";
    private const string Shard = "model-00002-of-00003.bin";
    private const int Shards = 3, Slices = 4;

    [Fact]
    public async Task Scrub_MeetsEio_WithdrawsFirst_DrainsAndTells_AndOthersRestore()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2, slice: "2MiB");
        await using var faulty = await JoinAsync(swarm);
        var folder = await AddAsync(swarm, Model, seed: 1);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);

        faulty.Faults.Unreadable = Shard;
        Assert.Equal(6, (await faulty.RunAsync("verify", Model)).ExitCode);
        AssertInOrder(faulty.Log, "is withdrawn", "is drained");
        Assert.Equal("draining", await StateAsync(faulty));
        Assert.True(await WarnsAsync(faulty, "cannot be read"), faulty.Log);
        Assert.True(await HeldAsync(faulty) < Slices, faulty.Log);
        await swarm[1].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(folder, swarm.At("restored"));

        // Another one takes over what is lost, and what is handed over.
        await swarm.DonateAsync(1, "100MB");
        await swarm.UntilAsync(
            async () => await Swarm.SlicesHeldAsync(swarm[1]) == Slices && await HeldAsync(faulty) == 0,
            "the drained disk to be empty", Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
    }

    /// <summary>
    /// The end of a check comes late, when the torrent was taken out and put in again and is being checked anew: it
    /// says nothing of the pieces that are known by then.
    /// </summary>
    [Fact]
    public async Task EndOfAnEarlierCheck_ThatComesLate_WithdrawsNothing()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 2, slice: "2MiB");
        await using var faulty = await JoinAsync(swarm);
        await AddAsync(swarm, Model, seed: 1);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        var listed = (await faulty.AskAsync("ls")).GetProperty("models")[0];

        faulty.Faults.Checking = listed.GetProperty("info_hash_v2").GetString()!;
        faulty.Faults.Tell!(new TorrentChecked(faulty.Faults.Checking));
        // Custody works in order: when this is proposed and served, what came before is done with.
        var other = ModelFolder.Make(swarm.At("other"), seed: 9, shards: 1, 1000);
        await faulty.AskAsync("add", other, "--name", Other, "--licence", "MIT");

        Assert.Equal(Slices, await HeldAsync(faulty));
        Assert.DoesNotContain("is withdrawn", faulty.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Write_MeetsEio_AdvertisesNothing_DrainsAndTells()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 2, slice: "2MiB");
        await using var faulty = await JoinAsync(swarm);
        faulty.Faults.Write = WriteFault.Disk;
        await AddAsync(swarm, Model, seed: 1);
        await swarm.UntilAsync(async () => await StateAsync(faulty) == "draining", "the donation to be drained", Model);
        Assert.True(await WarnsAsync(faulty, "Input/output error"), faulty.Log);
        await swarm.UntilAsync(() => HasAsync(swarm, Model, counted: 1, fetching: 0), "its claims to end", Model);
        Assert.Equal(0, await HeldAsync(faulty));
        var refused = faulty.Faults.WritesRefused;

        // Its owner has looked: the disk is sound.
        faulty.Faults.Write = WriteFault.None;
        await faulty.AskAsync("donate", "100MB", swarm.At("donation"));
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        Assert.Equal(refused, faulty.Faults.WritesRefused);
    }

    [Fact]
    public async Task Write_MeetsAFullVolume_StopsClaims_KeepsAll_AndGoesOn()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 2, slice: "2MiB");
        await using var faulty = await JoinAsync(swarm);
        await AddAsync(swarm, Model, seed: 1);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);

        faulty.Faults.Write = WriteFault.NoSpace;
        await AddAsync(swarm, Other, seed: 2);
        await swarm.UntilAsync(() => WarnsAsync(faulty, "no space left"), "the owner to be told", Other);
        // It tries again, later each time; what it waits for, it says.
        await swarm.UntilAsync(
            async () => (await DonationAsync(faulty)).GetProperty("reason").GetString()!.Contains("refused a write")
                && await HasAsync(swarm, Other, counted: 1, fetching: 0), "its claims to end", Other);
        Assert.Equal("present", await StateAsync(faulty));
        Assert.Equal(Slices, await HeldAsync(faulty));

        faulty.Faults.Write = WriteFault.None;
        await swarm.HasCopiesAsync(swarm[0], Other, 2);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        Assert.False(await WarnsAsync(faulty, "no space left"), faulty.Log);
    }

    [Fact]
    public async Task Flush_Fails_NothingIsAdvertised_UntilTheDiskItselfWasRead()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 2, slice: "2MiB");
        await using var faulty = await JoinAsync(swarm);
        faulty.Faults.Flush = () => new TorrentEngineException("the disk cache cannot be written");
        await AddAsync(swarm, Model, seed: 1);
        await swarm.UntilAsync(
            () => WarnsAsync(faulty, "cannot be brought to disk"), "the owner to be told", Model);
        await swarm.UntilAsync(() => HasAsync(swarm, Model, counted: 1, fetching: 0), "its claims to end", Model);
        Assert.Equal(0, await HeldAsync(faulty));

        faulty.Faults.Flush = null;
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        Assert.False(await WarnsAsync(faulty, "cannot be brought to disk"), faulty.Log);
        AssertInOrder(faulty.Log, "cannot be brought to disk", "are here from an earlier run");
    }

    [Fact]
    public async Task Fsync_MeetsEio_DrainsTheDonation()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 2, slice: "2MiB");
        await using var faulty = await JoinAsync(swarm);
        faulty.Faults.Flush = () => new IOException("Input/output error", hresult: 5);
        await AddAsync(swarm, Model, seed: 1);
        await swarm.UntilAsync(async () => await StateAsync(faulty) == "draining", "the donation to be drained", Model);
        await swarm.UntilAsync(() => HasAsync(swarm, Model, counted: 1, fetching: 0), "its claims to end", Model);
        Assert.Equal(0, await HeldAsync(faulty));
        Assert.True(await WarnsAsync(faulty, "its disk is broken"), faulty.Log);
    }

    /// <summary>A bug in what runs beside the loop does not die silently there.</summary>
    [Fact]
    public async Task Flush_EndsWithABug_TheDaemonStopsAndSaysWhy()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 2, slice: "2MiB");
        await using var faulty = await JoinAsync(swarm);
        faulty.Faults.Flush = () => new InvalidOperationException("nobody has thought of this");
        await AddAsync(swarm, Model, seed: 1);
        Assert.Equal(1, await faulty.EndAsync());
        Assert.Contains("Critical: CustodyLoop failed", faulty.Log, StringComparison.Ordinal);
        Assert.Contains("nobody has thought of this", faulty.Log, StringComparison.Ordinal);
    }

    private static async Task<InProcessDaemon> JoinAsync(Swarm swarm)
    {
        var faulty = await InProcessDaemon.StartAsync(swarm.At("faulty"));
        await faulty.AskAsync("network", "join", await swarm.InviteAsync());
        await faulty.AskAsync("donate", "100MB", swarm.At("donation"));
        foreach (var node in swarm.Nodes) await swarm.SeesAsync(node, swarm.Nodes.Count);
        return faulty;
    }

    private static async Task<string> AddAsync(Swarm swarm, string model, int seed)
    {
        var folder = ModelFolder.Make(swarm.At($"model{seed}"), seed, Shards, 2 * ModelFolder.MiB);
        var added = await swarm.AddAsync(0, folder, model);
        Assert.Equal(Slices, added.GetProperty("model").GetProperty("slices").GetInt32());
        return folder;
    }

    private static async Task<bool> HasAsync(Swarm swarm, string model, int counted, int fetching)
    {
        var copies = (await Swarm.HealthAsync(swarm[0], model)).GetProperty("copies");
        return copies.GetProperty("counted").GetInt32() == counted
            && copies.GetProperty("fetching").GetInt32() == fetching;
    }

    private static async Task<JsonElement> DonationAsync(InProcessDaemon node) =>
        (await node.AskAsync("donations")).GetProperty("donations")[0];

    private static async Task<string> StateAsync(InProcessDaemon node) =>
        (await DonationAsync(node)).GetProperty("state").GetString()!;

    private static async Task<int> HeldAsync(InProcessDaemon node) =>
        (await node.AskAsync("status")).GetProperty("slices_held").GetInt32();

    private static async Task<bool> WarnsAsync(InProcessDaemon node, string words) => (await node.AskAsync("status"))
        .GetProperty("warnings").EnumerateArray()
        .Any(w => w.GetString()!.Contains(words, StringComparison.Ordinal));

    private static void AssertInOrder(string log, string first, string second)
    {
        var (a, b) = (log.IndexOf(first, StringComparison.Ordinal), log.IndexOf(second, StringComparison.Ordinal));
        Assert.True(a >= 0 && a < b, $"'{first}' is to come before '{second}' in\n{log}");
    }
}
