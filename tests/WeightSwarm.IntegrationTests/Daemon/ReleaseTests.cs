using System.Text.Json;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>
/// Slices that are given up: by a drain, a smaller quota, and where there are more copies than anybody wants. While
/// that goes on, the number of verified copies is read over and over, and must never be too small.
/// </summary>
public sealed class ReleaseTests
{
    private const string Model = "org/model";
    private const int Slices = 12, MiB = ModelFolder.MiB;
    private static readonly TimeSpan _drain = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task Drain_OfAHolder_LeavesItsDonationEmptyAndTheCopiesWhole()
    {
        await using var swarm = await Swarm.StartAsync(4, copies: 2, slice: "2MiB");
        for (var node = 1; node < 4; node++) await swarm.DonateAsync(node, "64MiB");
        await BeginAsync(swarm, copies: 2);
        var holder = await FullestAsync(swarm, 1, 2, 3);
        await using var watch = Watch(swarm[0], least: 2);

        var started = await swarm[holder].AskAsync("drain");
        Assert.True(started.GetProperty("draining").GetBoolean());
        await swarm.UntilAsync(
            async () => (await swarm[holder].AskAsync("drain", "show")).GetProperty("slices_left").GetInt32() == 0,
            "the drained node to hold nothing", Model, _drain);
        var shown = await swarm[holder].AskAsync("drain", "show");
        Assert.All(shown.GetProperty("trash").EnumerateArray(), item =>
        {
            Assert.Equal("drain", item.GetProperty("reason").GetString());
            Assert.Equal(0, item.GetProperty("unproven").GetInt32());
            Assert.InRange(item.GetProperty("fewest_copies_elsewhere").GetInt32(), 2, 3);
        });
        await swarm.UntilAsync(
            () => Task.FromResult(FilesIn(swarm.DonationOf(holder)).Count == 0), "its donation to be empty", Model,
            _drain);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        await watch.EndAsync();

        // What others took is whole: the owner's files come back without the node that added them.
        await swarm[0].KillAsync();
        var asked = holder == 1 ? 2 : 1;
        await swarm[asked].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(swarm.At("model"), swarm.At("restored"));
    }

    [Fact]
    public async Task Donate_LessThanIsUsed_HandsOverWhatIsTooMuch()
    {
        await using var swarm = await Swarm.StartAsync(4, copies: 2, slice: "2MiB");
        await swarm.DonateAsync(1, "64MiB");
        await BeginAsync(swarm, copies: 2);
        for (var node = 2; node < 4; node++) await swarm.DonateAsync(node, "64MiB");
        await using var watch = Watch(swarm[0], least: 2);

        const int quota = 11 * MiB;
        await swarm.DonateAsync(1, $"{quota}");
        await swarm.UntilAsync(
            async () => (await DonationAsync(swarm[1])).GetProperty("used_bytes").GetInt64() <= quota,
            "the donation to fit its quota", Model, _drain);
        var left = (await DonationAsync(swarm[1])).GetProperty("slices_held").GetInt32();
        Assert.InRange(left, 3, 5);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        await watch.EndAsync();

        // Of the files that it shares with what went, what it kept is untouched.
        await swarm[0].KillAsync();
        await swarm[2].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(swarm.At("model"), swarm.At("restored"));
    }

    [Fact]
    [Trait("takes", "long")]
    public async Task Donate_Nothing_GivesTheFolderBackAndForgetsIt()
    {
        await using var swarm = await Swarm.StartAsync(3, copies: 2, slice: "2MiB");
        for (var node = 1; node < 3; node++) await swarm.DonateAsync(node, "64MiB");
        await BeginAsync(swarm, copies: 2);
        await using var watch = Watch(swarm[0], least: 2);
        await swarm[1].AskAsync("donate", "0", swarm.DonationOf(1));
        await swarm.UntilAsync(
            async () => (await swarm[1].AskAsync("donations")).GetProperty("donations").GetArrayLength() == 0,
            "the donation to end", Model, _drain);
        Assert.Empty(Directory.EnumerateFileSystemEntries(swarm.DonationOf(1)));
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        await watch.EndAsync();
    }

    [Fact]
    public async Task Deadline_NoOtherNodeHasRoom_OwnerWinsAndIsToldWhatItCosts()
    {
        await using var swarm = await Swarm.StartAsync(2, copies: 2, slice: "2MiB");
        await swarm.DonateAsync(1, "64MiB");
        await BeginAsync(swarm, copies: 2);
        await swarm[1].AskAsync("drain", "--deadline", "8s");
        var waiting = (await swarm[1].AskAsync("drain", "show"));
        Assert.Equal(Slices, waiting.GetProperty("slices_left").GetInt32());
        await swarm.UntilAsync(
            async () => (await swarm[1].AskAsync("drain", "show")).GetProperty("slices_left").GetInt32() == 0,
            "the deadline to pass", Model);
        var trash = (await swarm[1].AskAsync("drain", "show")).GetProperty("trash")[0];
        Assert.Equal((Slices, 1), (
            trash.GetProperty("unproven").GetInt32(), trash.GetProperty("fewest_copies_elsewhere").GetInt32()));

        // What was given up stays so over a crash, and is not advertised again.
        await swarm[1].KillAsync();
        await swarm[1].StartAgainAsync();
        await swarm.SeesAsync(swarm[1], 1);
        var after = await swarm[1].AskAsync("drain", "show");
        Assert.True(after.GetProperty("draining").GetBoolean());
        Assert.Equal(0, after.GetProperty("slices_left").GetInt32());
        Assert.Equal(Slices, after.GetProperty("trash")[0].GetProperty("slices").GetInt32());

        // Its owner changes his mind: what lies in the trash comes back, and nothing of it is fetched.
        await swarm[1].AskAsync("drain", "cancel");
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        Assert.Contains("is taken back from the trash", swarm[1].Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trim_TwoSurplusHolders_OnlyOneGoes()
    {
        // Wanted are 3 and the margin is 2: of six copies one may go, and two nodes could let theirs go.
        await using var swarm = await Swarm.StartAsync(6, copies: 3, slice: "2MiB");
        for (var node = 1; node < 3; node++) await swarm.DonateAsync(node, "64MiB");
        await BeginAsync(swarm, copies: 3);
        for (var node = 3; node < 6; node++) await swarm.AddAsync(node, swarm.At("model"), Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 6);
        await using var watch = Watch(swarm[0], least: 5);
        await swarm.UntilAsync(
            async () => await Swarm.SlicesHeldAsync(swarm[1]) + await Swarm.SlicesHeldAsync(swarm[2]) == Slices,
            "one of two copies of every slice to go", Model, _drain);
        await watch.EndAsync();
        await swarm.HasCopiesAsync(swarm[0], Model, 5);
    }

    private static async Task BeginAsync(Swarm swarm, int copies)
    {
        // Slices of two pieces: both files have several, and one slice lies in both files.
        ModelFolder.Write(swarm.At("model"), "a.bin", 9 * MiB, seed: 1);
        ModelFolder.Write(swarm.At("model"), "b.bin", 15 * MiB - 12_345, seed: 2);
        var added = await swarm.AddAsync(0, swarm.At("model"), Model);
        Assert.Equal(Slices, added.GetProperty("model").GetProperty("slices").GetInt32());
        await swarm.HasCopiesAsync(swarm[0], Model, copies);
    }

    private static async Task<int> FullestAsync(Swarm swarm, params int[] nodes)
    {
        var held = new List<(int Slices, int Node)>();
        foreach (var node in nodes) held.Add((await Swarm.SlicesHeldAsync(swarm[node]), node));
        Assert.True(held.Max().Slices > 0);
        return held.Max().Node;
    }

    private static async Task<JsonElement> DonationAsync(DaemonProcess node) =>
        (await node.AskAsync("donations")).GetProperty("donations")[0];

    private static List<string> FilesIn(string donation) =>
        Directory.Exists(Path.Combine(donation, "models"))
            ? [.. Directory.EnumerateFiles(Path.Combine(donation, "models"), "*", SearchOption.AllDirectories)]
            : [];

    private static CopyWatch Watch(DaemonProcess node, int least) => new(node, Model, least);
}
