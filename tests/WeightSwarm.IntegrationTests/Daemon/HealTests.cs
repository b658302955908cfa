using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>
/// A donated copy is damaged behind the daemon's back: found, withdrawn first, the bytes put aside, and only what is
/// bad fetched again; whoever restores meanwhile gets the right bytes.
/// </summary>
public sealed class HealTests
{
    private const string Model = "org/model";
    private const string Shard = "model-00002-of-00003.bin";
    private const int ShardMiB = 6, Slices = 3;

    // What a few thousand bytes of protocol and a block that was asked for twice come to.
    private const int Slack = 200_000;

    // The period of pace drill, its sixth, and some.
    private static readonly TimeSpan ScrubPatience = TimeSpan.FromMinutes(7);

    [Theory]
    [InlineData("flip", "wrong", 1, 1)]
    [InlineData("hole", "hole", 2, 0)]
    [InlineData("truncate", "cut", 3, 0)]
    [InlineData("delete", "missing", 6, 0)]
    [InlineData("replace", "wrong", 6, 6)]
    public async Task DamagedCopy_IsWithdrawnFirst_AndMendedPieceByPiece(string how, string fault, int bad, int kept)
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2, slice: "8MiB");
        var folder = await AddAsync(swarm);
        var received = await swarm[1].ReceivedAsync();
        var file = FileOf(swarm, 1, Shard);

        await DamageAsync(how, file, swarm.At("elsewhere"));
        await swarm[2].AskAsync("restore", Model, swarm.At("before"));
        ModelFolder.AssertSame(folder, swarm.At("before"));
        AssertFound(await swarm[1].RunAsync("verify", Model), swarm[1], fault, bad);
        await swarm.UntilAsync(
            async () => swarm[1].Log.Contains("held again", StringComparison.Ordinal)
                && await Swarm.SlicesHeldAsync(swarm[1]) == Slices, "every slice to be held again", Model);

        AssertOrder(swarm[1]);
        Assert.True(kept == KeptIn(swarm.DonationOf(1)), $"{KeptIn(swarm.DonationOf(1))} kept:\n{swarm[1].Log}");
        Assert.Equal(ModelFolder.HashOf(Path.Combine(folder, Shard)), ModelFolder.HashOf(file));
        Assert.InRange(
            await swarm[1].ReceivedAsync() - received, bad * ModelFolder.MiB, bad * ModelFolder.MiB + Slack);
        Assert.Equal("present", (await DonationAsync(swarm[1])).GetProperty("state").GetString());

        // The other source dies only when the third node has heard of every slice that the mended one holds.
        await swarm.UntilAsync(
            async () => (await HeldSlices.OfAsync(swarm[2], Model, swarm[1])).Count == Slices,
            "the third node to hear what is held again", Model);
        await swarm[0].KillAsync();
        await swarm[2].AskAsync("restore", Model, swarm.At("after"));
        ModelFolder.AssertSame(folder, swarm.At("after"));
        Assert.Equal(0, (await swarm[1].RunAsync("verify")).ExitCode);
    }

    /// <summary>Bits that flip while nobody looks: the daemon finds them by itself.</summary>
    [Fact]
    [Trait("takes", "long")]
    public async Task FlippedBit_IsFoundAndMended_WithoutBeingAsked()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2, slice: "8MiB");
        var folder = await AddAsync(swarm);
        var file = FileOf(swarm, 1, Shard);
        Damage.Flip(file, 12345);
        await swarm.UntilAsync(
            () => Task.FromResult(swarm[1].Log.Contains("held again", StringComparison.Ordinal)),
            "the scrub to come by", Model, ScrubPatience);
        Assert.Equal(ModelFolder.HashOf(Path.Combine(folder, Shard)), ModelFolder.HashOf(file));
        AssertOrder(swarm[1]);
    }

    /// <summary>Killed between the withdrawal and the mending: still only the bad piece is fetched.</summary>
    [Fact]
    public async Task KilledWhileInDoubt_MendsAfterTheRestart()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2, slice: "8MiB");
        var folder = await AddAsync(swarm);
        var file = FileOf(swarm, 1, Shard);
        await swarm[0].SignalAsync("STOP");
        Damage.Flip(file, 12345);
        Assert.Equal(6, (await swarm[1].RunAsync("verify")).ExitCode);
        Assert.Equal(Slices - 1, await Swarm.SlicesHeldAsync(swarm[1]));
        await swarm[1].KillAsync();
        await swarm[0].SignalAsync("CONT");
        await swarm[1].StartAgainAsync();
        await swarm.UntilAsync(
            async () => await Swarm.SlicesHeldAsync(swarm[1]) == Slices, "all slices after the restart", Model);
        Assert.InRange(await swarm[1].ReceivedAsync(), ModelFolder.MiB, ModelFolder.MiB + Slack);
        Assert.Equal(ModelFolder.HashOf(Path.Combine(folder, Shard)), ModelFolder.HashOf(file));
    }

    /// <summary>A disk that spoils three pieces in a day is not trusted with more.</summary>
    [Fact]
    public async Task ThreeBadPieces_DrainTheDonation_AndTheOwnerIsTold()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2, slice: "8MiB");
        var folder = await AddAsync(swarm);
        var files = Enumerable.Range(1, 3).Select(n => FileOf(swarm, 1, $"model-{n:00000}-of-00003.bin")).ToList();
        foreach (var file in files) Damage.Flip(file, 4 * ModelFolder.MiB);
        Assert.Equal(6, (await swarm[1].RunAsync("verify")).ExitCode);
        Assert.Equal("draining", (await DonationAsync(swarm[1])).GetProperty("state").GetString());
        var status = (await swarm[1].AskAsync("status")).GetProperty("warnings").EnumerateArray();
        Assert.Contains(status, w => w.GetString()!.Contains("3 bad pieces within a day", StringComparison.Ordinal));
        await swarm[2].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(folder, swarm.At("restored"));

        await swarm.DonateAsync(1, "100MB");
        Assert.Equal("present", (await DonationAsync(swarm[1])).GetProperty("state").GetString());
    }

    /// <summary>An owner's file that the disk spoils is withdrawn, and not touched.</summary>
    [Fact]
    public async Task FlippedBitInPlace_IsWithdrawnAndTold_AndNothingIsWritten()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2, slice: "8MiB");
        var folder = await AddAsync(swarm);
        ModelFolder.Make(swarm.At("original"), seed: 1, shards: 3, ShardMiB * ModelFolder.MiB);
        Damage.Flip(Path.Combine(folder, Shard), 4 * ModelFolder.MiB);
        var left = ModelFolder.Fingerprint(folder);
        // The watch may have seen the file's time change; now it is as it was, and so are the slices.
        RunResult? verified = null;
        await swarm.UntilAsync(
            async () => (verified = await swarm[0].RunAsync("verify", Model)).ExitCode == 6, "the bit to be seen");
        var bad = verified!.Json.GetProperty("models")[0].GetProperty("bad")[0];
        Assert.False(bad.GetProperty("mending").GetBoolean());
        Assert.Equal(Slices - 1, await Swarm.SlicesHeldAsync(swarm[0]));
        var warnings = (await swarm[0].AskAsync("status")).GetProperty("warnings").EnumerateArray();
        Assert.Contains(warnings, w => w.GetString()!.Contains(Shard, StringComparison.Ordinal));
        await swarm[2].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(swarm.At("original"), swarm.At("restored"));
        Assert.Equal(left, ModelFolder.Fingerprint(folder));

        // The owner puts the right bytes back, and says so.
        File.Copy(Path.Combine(swarm.At("original"), Shard), Path.Combine(folder, Shard), overwrite: true);
        await swarm.AddAsync(0, folder, Model);
        Assert.Equal(Slices, await Swarm.SlicesHeldAsync(swarm[0]));
        Assert.Equal(0, (await swarm[0].RunAsync("verify", Model)).ExitCode);
    }

    private static async Task<string> AddAsync(Swarm swarm)
    {
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 3, ShardMiB * ModelFolder.MiB);
        // A time in whole seconds: DateTime has no nanoseconds, and could not put others back.
        File.SetLastWriteTimeUtc(Path.Combine(folder, Shard), DateTime.UnixEpoch.AddDays(20_000));
        await swarm.DonateAsync(1, "100MB");
        await swarm.AddAsync(0, folder, Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        return folder;
    }

    private static string FileOf(Swarm swarm, int node, string name) =>
        Directory.EnumerateFiles(swarm.DonationOf(node), name, SearchOption.AllDirectories).Single();

    private static async Task DamageAsync(string how, string file, string elsewhere)
    {
        const int at = 2 * ModelFolder.MiB;
        switch (how)
        {
            case "flip": Damage.Flip(file, at + 12345); break;
            case "hole": await Damage.PunchAsync(file, at, at); break;
            case "truncate": Damage.Cut(file, 3 * ModelFolder.MiB); break;
            case "delete": File.Delete(file); break;
            default:
                // In one step: a daemon that looks in between finds no file, and has no bytes to keep.
                var other = ModelFolder.Write(elsewhere, Shard, ShardMiB * ModelFolder.MiB, seed: 77);
                File.Move(other, file, overwrite: true);
                break;
        }
    }

    /// <summary>By `verify`; or by the daemon itself, if it came by before.</summary>
    private static void AssertFound(RunResult verified, DaemonProcess node, string fault, int bad)
    {
        Assert.True(
            verified.ExitCode == 6 || node.Log.Contains("is withdrawn", StringComparison.Ordinal), verified.ToString());
        var found = verified.Json.GetProperty("models")[0].GetProperty("bad").EnumerateArray().ToList();
        Assert.InRange(found.Count, 0, bad);
        foreach (var piece in found)
        {
            // What is cut off is made longer with zeros when the engine opens the file again.
            var seen = piece.GetProperty("fault").GetString();
            Assert.True(seen == fault || fault is "cut" or "missing" && seen == "hole", verified.ToString());
            Assert.Equal(Shard, piece.GetProperty("path").GetString());
            Assert.True(piece.GetProperty("mending").GetBoolean());
        }
    }

    /// <summary>
    /// Withdrawn, then fetched, then held: for each slice that was touched, in this order. A slice that was doubted
    /// with its file, and is right, is not fetched.
    /// </summary>
    private static void AssertOrder(DaemonProcess node)
    {
        // An audit may be the first to find that the slice cannot be read; it says so, and changes nothing.
        var lines = node.Log.Split('\n').Where(line => line.Contains($"{Model}: slice ", StringComparison.Ordinal))
            .Where(line => !line.Contains("cannot be proved", StringComparison.Ordinal))
            .GroupBy(line => line[line.IndexOf($"{Model}: slice ", StringComparison.Ordinal)..].Split(' ')[2])
            .ToList();
        Assert.NotEmpty(lines);
        foreach (var slice in lines)
        {
            int Line(string words) => slice.ToList().FindIndex(l => l.Contains(words, StringComparison.Ordinal));
            Assert.True(
                Line("is withdrawn") == 0 && Line("fetched again") != 0 && Line("held again") > Line("fetched again"),
                string.Join('\n', slice));
        }
        Assert.Contains(lines.SelectMany(l => l), line => line.Contains("fetched again", StringComparison.Ordinal));
    }

    private static int KeptIn(string donation)
    {
        var quarantine = Path.Combine(donation, "quarantine");
        return Directory.Exists(quarantine) ? Directory.EnumerateFiles(quarantine).Count() : 0;
    }

    private static async Task<System.Text.Json.JsonElement> DonationAsync(DaemonProcess node) =>
        (await node.AskAsync("donations")).GetProperty("donations")[0];
}
