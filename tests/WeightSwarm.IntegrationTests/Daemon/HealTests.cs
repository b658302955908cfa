using System.Globalization;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>
/// A donated copy is damaged behind the daemon's back: found, withdrawn first, the bytes put aside, and only what is
/// bad fetched again; whoever restores meanwhile gets the right bytes.
/// </summary>
[Collection(Daemons.Name)]
public sealed class HealTests
{
    private const string Model = "org/model";
    private const string Shard = "model-00002-of-00003.bin";
    private const int ShardMiB = 6, Slices = 3;

    // What a few thousand bytes of protocol and a block that was asked for twice come to.
    private const int Slack = 200_000;

    [Theory]
    [InlineData("flip", "wrong", 1, 1)]
    [InlineData("hole", "hole", 2, 0)]
    [InlineData("truncate", "cut", 3, 0)]
    [InlineData("delete", "missing", 6, 0)]
    [InlineData("replace", "wrong", 6, 6)]
    public async Task DamagedCopy_IsWithdrawnFirst_AndMendedPieceByPiece(string how, string fault, int bad, int kept)
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2, slice: "8MiB");
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 3, ShardMiB * ModelFolder.MiB);
        await swarm.DonateAsync(1, "100MB");
        await swarm.AddAsync(0, folder, Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        var received = await ReceivedAsync(swarm[1]);
        var file = Directory.EnumerateFiles(swarm.DonationOf(1), Shard, SearchOption.AllDirectories).Single();

        Damage(how, file);
        await swarm[2].AskAsync("restore", Model, swarm.At("before"));
        ModelFolder.AssertSame(folder, swarm.At("before"));
        AssertFound(await swarm[1].RunAsync("verify", Model), fault, bad);
        await swarm.UntilAsync(
            async () => swarm[1].Log.Contains("held again", StringComparison.Ordinal)
                && await Swarm.SlicesHeldAsync(swarm[1]) == Slices, "every slice to be held again", Model);

        AssertOrder(swarm[1]);
        Assert.Equal(kept, KeptIn(swarm.DonationOf(1)));
        Assert.Equal(ModelFolder.HashOf(Path.Combine(folder, Shard)), ModelFolder.HashOf(file));
        Assert.InRange(
            await ReceivedAsync(swarm[1]) - received, bad * ModelFolder.MiB, bad * ModelFolder.MiB + Slack);
        Assert.Equal("present", (await DonationAsync(swarm[1])).GetProperty("state").GetString());

        await swarm[0].KillAsync();
        await swarm[2].AskAsync("restore", Model, swarm.At("after"));
        ModelFolder.AssertSame(folder, swarm.At("after"));
        Assert.Equal(0, (await swarm[1].RunAsync("verify")).ExitCode);
    }

    private static void Damage(string how, string file)
    {
        const int at = 2 * ModelFolder.MiB;
        switch (how)
        {
            case "flip": Flip(file, at + 12345); break;
            case "hole": Run("fallocate", "--punch-hole", "--offset", $"{at}", "--length", $"{at}", file); break;
            case "truncate": Run("truncate", "--size", $"{3 * ModelFolder.MiB}", file); break;
            case "delete": File.Delete(file); break;
            default:
                File.Delete(file);
                ModelFolder.Write(Path.GetDirectoryName(file)!, Shard, ShardMiB * ModelFolder.MiB, seed: 77);
                break;
        }
    }

    private static void Flip(string file, long at)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        stream.Position = at;
        var was = stream.ReadByte();
        stream.Position = at;
        stream.WriteByte((byte)(was ^ 1));
    }

    private static void Run(string program, params string[] arguments)
    {
        var start = ProgramUnderTest.Start(program, arguments);
        using var process = System.Diagnostics.Process.Start(start)!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    /// <summary>By `verify`; or, where sizes tell, by the look at them that came before it.</summary>
    private static void AssertFound(RunResult verified, string fault, int bad)
    {
        if (fault is "cut" or "missing" && verified.ExitCode == 0) return;
        Assert.True(verified.ExitCode == 6, verified.ToString());
        var found = verified.Json.GetProperty("models")[0].GetProperty("bad").EnumerateArray().ToList();
        if (fault is not ("cut" or "missing")) Assert.Equal(bad, found.Count);
        Assert.All(found, piece => Assert.Equal(fault, piece.GetProperty("fault").GetString()));
        Assert.All(found, piece => Assert.Equal(Shard, piece.GetProperty("path").GetString()));
        Assert.All(found, piece => Assert.True(piece.GetProperty("mending").GetBoolean()));
    }

    /// <summary>Withdrawn, then fetched, then held: for each slice that was touched, in this order.</summary>
    private static void AssertOrder(DaemonProcess node)
    {
        var lines = node.Log.Split('\n').Where(line => line.Contains($"{Model}: slice ", StringComparison.Ordinal))
            .GroupBy(line => line[line.IndexOf($"{Model}: slice ", StringComparison.Ordinal)..].Split(' ')[2])
            .ToList();
        Assert.NotEmpty(lines);
        foreach (var slice in lines)
        {
            int Line(string words) => slice.ToList().FindIndex(l => l.Contains(words, StringComparison.Ordinal));
            Assert.True(
                Line("is withdrawn") == 0 && Line("fetched again") > 0 && Line("held again") > Line("fetched again"),
                string.Join('\n', slice));
        }
    }

    private static int KeptIn(string donation)
    {
        var quarantine = Path.Combine(donation, "quarantine");
        return Directory.Exists(quarantine) ? Directory.EnumerateFiles(quarantine).Count() : 0;
    }

    private static async Task<System.Text.Json.JsonElement> DonationAsync(DaemonProcess node) =>
        (await node.AskAsync("donations")).GetProperty("donations")[0];

    /// <summary>Payload over BitTorrent so far.</summary>
    private static async Task<long> ReceivedAsync(DaemonProcess node)
    {
        using var client = new HttpClient();
        var page = await client.GetStringAsync(new Uri($"http://127.0.0.1:{node.HttpPort}/metrics"));
        const string name = "weightswarm_torrent_received_bytes_total ";
        var line = page.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length), CultureInfo.InvariantCulture);
    }
}
