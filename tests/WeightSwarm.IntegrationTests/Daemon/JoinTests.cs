using System.Globalization;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.Tests.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>
/// Adding a folder that is catalogued already makes its node one more holder, at the price of one reading.
/// </summary>
public sealed class JoinTests
{
    private const string Model = "org/model";
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private const int Shards = 3;
    private const int ShardBytes = 24 * ModelFolder.MiB;
    private const long Bytes = (long)Shards * ShardBytes;

    [Fact]
    public async Task Add_OfACataloguedFolder_ReadsItOnce_AndServesIt()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2);
        var first = await swarm.AddAsync(0, Make(swarm, "a"), Model, "--revision", Commit);
        await KnownAsync(swarm, 1);
        var folder = Make(swarm, "b");

        var before = await BytesReadAsync(swarm[1]);
        var joined = await swarm[1].AskAsync("add", folder, "--name", Model);
        await swarm.HasCopiesAsync(swarm[2], Model, 2);
        AssertBetween(Bytes, Bytes + Bytes / 10, await BytesReadAsync(swarm[1]) - before);
        AssertJoined(first, joined, held: false);

        before = await BytesReadAsync(swarm[1]);
        AssertJoined(first, await swarm[1].AskAsync("add", folder, "--name", Model), held: true);
        AssertBetween(0, Bytes / 50, await BytesReadAsync(swarm[1]) - before);

        await swarm[1].TerminateAsync(TimeSpan.FromSeconds(30));
        await swarm[1].StartAgainAsync();
        await swarm.SeesAsync(swarm[1], 2);
        AssertJoined(first, await swarm[1].AskAsync("add", folder, "--name", Model), held: true);
        // Since its start, taking up what it holds included.
        AssertBetween(0, Bytes / 2, await BytesReadAsync(swarm[1]));

        await swarm[0].KillAsync();
        await swarm[2].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(folder, swarm.At("restored"));
        Assert.Equal(1, (await swarm[2].AskAsync("ls")).GetProperty("models").GetArrayLength());
    }

    [Fact]
    public async Task Add_OfAFolderThatDiffers_NamesTheFile_AndCataloguesNothing()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2);
        await swarm.AddAsync(0, Make(swarm, "a"), Model);
        await KnownAsync(swarm, 1);

        var changed = Make(swarm, "changed");
        var shard = Path.Combine(changed, "model-00002-of-00003.bin");
        FlipOneByte(shard);
        (await swarm[1].RunAsync("add", changed, "--name", Model))
            .Failed(6, "differs", "model-00002-of-00003.bin", ModelFolder.HashOf(shard));
        (await swarm[1].RunAsync("add", changed, "--name", Model, "--licence", "MIT")).Failed(6, "differs", "00002");

        var before = await BytesReadAsync(swarm[1]);
        var missing = Make(swarm, "missing");
        File.Delete(Path.Combine(missing, "config.json"));
        (await swarm[1].RunAsync("add", missing, "--name", Model)).Failed(6, "differs", "'config.json' is missing");
        var extra = Make(swarm, "extra");
        ModelFolder.Write(extra, "more.bin", 10, seed: 1);
        (await swarm[1].RunAsync("add", extra, "--name", Model)).Failed(6, "differs", "'more.bin' is no part of it");
        (await swarm[1].RunAsync("add", extra, "--name", "org/other")).Failed(2, "no-licence", "org/other");
        AssertBetween(0, Bytes / 50, await BytesReadAsync(swarm[1]) - before);

        Assert.Equal(1, (await swarm[1].AskAsync("ls")).GetProperty("models").GetArrayLength());
        Assert.Equal(0, await Swarm.SlicesHeldAsync(swarm[1]));
    }

    [Fact]
    public async Task Add_OfAChangedFolder_ByACurator_IsANewRevision_AndSaysInWhatItDiffers()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 2);
        await swarm.AddAsync(0, Make(swarm, "a"), Model);
        var changed = Make(swarm, "changed");
        FlipOneByte(Path.Combine(changed, "model-00002-of-00003.bin"));
        var added = await swarm.AddAsync(0, changed, Model);
        Assert.False(added.GetProperty("existing").GetBoolean());
        Assert.Contains("model-00002-of-00003.bin", added.GetProperty("notes").ToString(), StringComparison.Ordinal);
        Assert.Equal(2, (await swarm[0].AskAsync("ls")).GetProperty("models").GetArrayLength());
    }

    private static string Make(Swarm swarm, string name) =>
        ModelFolder.Make(swarm.At(name), seed: 5, Shards, ShardBytes);

    private static void FlipOneByte(string path)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.Position = file.Length / 2;
        var value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)~value);
    }

    private static Task KnownAsync(Swarm swarm, int node) => swarm.UntilAsync(
        async () => (await swarm[node].RunAsync("show", Model)).ExitCode == 0, $"node {node} to know {Model}");

    /// <summary>
    /// Bytes that the process has read with read(2) and its like, from the page cache or the disk; but not what it read
    /// to answer audits, which come when they want. Of several looks the least: in some an audit may have read a piece
    /// and not counted it yet.
    /// </summary>
    private static async Task<long> BytesReadAsync(DaemonProcess node)
    {
        var least = long.MaxValue;
        for (var look = 0; look < 6; look++) least = Math.Min(least, await LookAsync(node));
        return least;
    }

    /// <summary>Taken between two equal counts of what audits have read.</summary>
    private static async Task<long> LookAsync(DaemonProcess node)
    {
        long read = 0, proved = 0;
        await Eventually.True(
            async () =>
            {
                proved = await node.ProvedAsync();
                read = BytesRead(node);
                return await node.ProvedAsync() == proved;
            },
            TimeSpan.FromMinutes(1), () => $"{proved} bytes read for audits, and more of them");
        return read - proved;
    }

    private static long BytesRead(DaemonProcess node) => long.Parse(
        File.ReadLines($"/proc/{node.Pid}/io").First(line => line.StartsWith("rchar: ", StringComparison.Ordinal))[7..],
        CultureInfo.InvariantCulture);

    private static void AssertBetween(long least, long most, long value) =>
        Assert.True(value >= least && value <= most, $"{value} bytes were read, not {least} to {most}");

    private static void AssertJoined(
        System.Text.Json.JsonElement first, System.Text.Json.JsonElement joined, bool held)
    {
        Assert.True(joined.GetProperty("existing").GetBoolean());
        Assert.Equal(held, joined.GetProperty("held").GetBoolean());
        Assert.Equal(2, joined.GetProperty("holders").GetInt32());
        string Of(System.Text.Json.JsonElement add, string field) =>
            add.GetProperty("model").GetProperty(field).ToString();
        foreach (var field in new[] { "info_hash_v2", "info_hash_v1", "revision" })
            Assert.Equal(Of(first, field), Of(joined, field));
    }
}
