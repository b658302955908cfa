using System.Text.Json;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>An owner's files, served where they lie, while the owner does as owners do.</summary>
public sealed class InPlaceChangeTests
{
    private const string Model = "org/model";
    private const string Second = "model-00002-of-00003.bin";
    private const int ShardMiB = 3, Slices = 3 * ShardMiB + 2;

    /// <summary>Far less than the minute after which stamps are looked at anyway.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("touch")]
    [InlineData("truncate")]
    [InlineData("append")]
    [InlineData("delete")]
    [InlineData("replace")]
    public async Task ChangedFile_IsWithdrawn_AndServedAgainWhenItIsBack(string how)
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2);
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 3, ShardMiB * ModelFolder.MiB);
        ModelFolder.Make(swarm.At("original"), seed: 1, shards: 3, ShardMiB * ModelFolder.MiB);
        var file = Path.Combine(folder, Second);
        // A time in whole seconds: DateTime has no nanoseconds, and could not put others back.
        var stamp = DateTime.UnixEpoch.AddDays(20_000);
        File.SetLastWriteTimeUtc(file, stamp);
        await swarm.DonateAsync(1, "50MB");
        await swarm.AddAsync(0, folder, Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        Assert.Equal(Slices, await Swarm.SlicesHeldAsync(swarm[0]));

        var aside = swarm.At("aside");
        Change(how, file, aside);
        File.Delete(Path.Combine(folder, "notes", "empty"));
        var left = ModelFolder.Fingerprint(folder);
        await HoldsAsync(swarm, Slices - ShardMiB);
        Assert.Contains(Second, await WarningsAsync(swarm), StringComparison.Ordinal);

        // The other copy carries on, and nobody is given what the owner made of the file.
        Assert.Equal(Slices, await Swarm.SlicesHeldAsync(swarm[1]));
        await swarm[2].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(swarm.At("original"), swarm.At("restored"));
        Assert.Equal(left, ModelFolder.Fingerprint(folder));

        File.Create(Path.Combine(folder, "notes", "empty")).Dispose();
        await PutBackAsync(how, file, aside, stamp, swarm);
        await HoldsAsync(swarm, Slices);
        ModelFolder.AssertSame(swarm.At("original"), folder);
    }

    [Fact]
    public async Task ChangedFile_WhileTheDaemonIsAway_IsNotServedAfterIt()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1);
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 3, ShardMiB * ModelFolder.MiB);
        await swarm.AddAsync(0, folder, Model);
        await swarm[0].KillAsync();
        var file = Path.Combine(folder, Second);
        File.Move(file, swarm.At("aside"));
        await swarm[0].StartAgainAsync();
        await HoldsAsync(swarm, Slices - ShardMiB);
        File.Move(swarm.At("aside"), file);
        await HoldsAsync(swarm, Slices);
        Directory.Move(folder, swarm.At("moved"));
        await HoldsAsync(swarm, 0);
        Assert.False(Directory.Exists(folder));
        Directory.Move(swarm.At("moved"), folder);
        await HoldsAsync(swarm, Slices);
    }

    private static void Change(string how, string file, string aside)
    {
        switch (how)
        {
            case "touch": File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-1)); break;
            case "truncate": Cut(file, 1000); break;
            case "append": File.AppendAllText(file, "more"); break;
            case "delete": File.Move(file, aside); break;
            default:
                File.Move(file, aside);
                ModelFolder.Write(Path.GetDirectoryName(file)!, Second, ShardMiB * ModelFolder.MiB, seed: 77);
                break;
        }
    }

    /// <summary>As it was, if that can be; else the bytes, and the owner says so with `add`.</summary>
    private static async Task PutBackAsync(string how, string file, string aside, DateTime stamp, Swarm swarm)
    {
        if (how == "touch") File.SetLastWriteTimeUtc(file, stamp);
        else if (how is "delete" or "replace") File.Move(aside, file, overwrite: true);
        if (how == "append") Cut(file, ShardMiB * ModelFolder.MiB);
        if (how == "truncate") File.Copy(Path.Combine(swarm.At("original"), Second), file, overwrite: true);
        // The empty file is a new one; that alone costs no slice.
        if (how is "append" or "truncate") await swarm.AddAsync(0, Path.GetDirectoryName(file)!, Model);
    }

    private static void Cut(string file, long bytes)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        stream.SetLength(bytes);
    }

    private static Task HoldsAsync(Swarm swarm, int slices, TimeSpan? patience = null) => swarm.UntilAsync(
        async () => await Swarm.SlicesHeldAsync(swarm[0]) == slices, $"{slices} slices in place", Model,
        patience ?? Soon);

    private static async Task<string> WarningsAsync(Swarm swarm)
    {
        var warnings = (await swarm[0].AskAsync("status")).GetProperty("warnings");
        return string.Join('\n', warnings.EnumerateArray().Select(warning => warning.GetString()));
    }
}
