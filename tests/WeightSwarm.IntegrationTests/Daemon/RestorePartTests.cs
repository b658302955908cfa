using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>A part of a model, what is there already, and trials.</summary>
public sealed class RestorePartTests
{
    private const string Model = "org/model";

    [Fact]
    public async Task Restore_OfAPartThenTheRest_FetchesOnlyWhatIsMissing_AndVerifyTellsDamage()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2);
        var folder = ModelFolder.Make(swarm.At("model"), seed: 2, shards: 3, 2 * ModelFolder.MiB);
        await swarm.AddAsync(0, folder, Model);
        await swarm.UntilAsync(async () => (await swarm[1].RunAsync("show", Model)).ExitCode == 0, "the entry");

        await RestoresAPartAsync(swarm);
        await RestoresTheRestAsync(swarm, folder);
        await VerifiesAsync(swarm);
        await DrillsAsync(swarm);
    }

    private static async Task RestoresAPartAsync(Swarm swarm)
    {
        var target = swarm.At("part");
        (await swarm[1].RunAsync("restore", Model, target, "--files", "*.none", "--files", "no/**"))
            .Failed(3, "no-such-file", "'*.none'", "'no/**'");
        Assert.False(Directory.Exists(target));
        using var call = await RestoreCall.StartAsync(
            swarm[1], Model, target, "model-00002-*.bin", "notes/**");
        var result = await call.Ended;
        Assert.Equal(
            ["model-00002-of-00003.bin", "notes/empty", "notes/read me.txt"],
            ModelFolder.Fingerprint(target).Select(line => line[..^65]));
        Assert.Equal(3u, result.Files);
        // The engine may ask for a block twice at the end; a second shard it must not touch.
        Assert.InRange((long)result.BytesFetched, 2 * ModelFolder.MiB, 3 * ModelFolder.MiB);
    }

    private static async Task RestoresTheRestAsync(Swarm swarm, string folder)
    {
        var target = swarm.At("part");
        using (var call = await RestoreCall.StartAsync(swarm[1], Model, target))
        {
            var result = await call.Ended;
            Assert.Equal((6u, 3u), (result.Files, result.FilesKept));
            Assert.InRange((long)result.BytesFetched, 4 * ModelFolder.MiB, 5 * ModelFolder.MiB);
        }
        ModelFolder.AssertSame(folder, target);
        using var again = await RestoreCall.StartAsync(swarm[1], Model, target);
        Assert.Equal((0ul, 6u), ((await again.Ended).BytesFetched, (await again.Ended).FilesKept));
    }

    private static async Task VerifiesAsync(Swarm swarm)
    {
        var target = swarm.At("part");
        Assert.Equal(0, (await swarm[1].RunAsync("restore", "--verify", Model, target)).ExitCode);
        using (var file = File.Open(Path.Combine(target, "model-00001-of-00003.bin"), FileMode.Open))
            file.WriteByte((byte)(file.ReadByte() ^ 1));
        File.Delete(Path.Combine(target, "config.json"));
        File.WriteAllText(Path.Combine(target, "notes", "empty"), "no more");
        var before = ModelFolder.Fingerprint(target);

        var found = await swarm[1].RunAsync("restore", "--verify", Model, target);
        Assert.Equal(6, found.ExitCode);
        Assert.Equal(
            ["missing", "corrupt", "intact", "intact", "wrong-size", "intact"],
            found.Json.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("state").GetString()!));
        var part = await swarm[1].RunAsync("restore", "--verify", Model, target, "--files", "model-00002*");
        Assert.Equal(0, part.ExitCode);
        (await swarm[1].RunAsync("restore", Model, target)).Failed(5, "exists", target);
        Assert.Equal(before, ModelFolder.Fingerprint(target));
    }

    private static async Task DrillsAsync(Swarm swarm)
    {
        Assert.False((await Swarm.HealthAsync(swarm[1], Model)).TryGetProperty("last_drill", out _));
        var drill = (await swarm[1].AskAsync("restore", "--drill")).GetProperty("drill");
        Assert.True(drill.GetProperty("ok").GetBoolean());
        Assert.False(Directory.Exists(Path.Combine(swarm[1].State, "drill")));
        Directory.CreateDirectory(swarm.At("elsewhere"));
        await swarm[1].AskAsync("restore", "--drill", Model, "--into", swarm.At("elsewhere"));
        Assert.Empty(Directory.EnumerateFileSystemEntries(swarm.At("elsewhere")));
        var last = (await Swarm.HealthAsync(swarm[1], Model)).GetProperty("last_drill");
        Assert.True(last.GetProperty("ok").GetBoolean());
        Assert.True(last.GetProperty("seconds").GetDecimal() > 0);

        await swarm[0].KillAsync();
        (await swarm[1].RunAsync("restore", "--drill", Model)).Failed(7, "incomplete", Model);
        last = (await Swarm.HealthAsync(swarm[1], Model)).GetProperty("last_drill");
        Assert.Equal("incomplete", last.GetProperty("outcome").GetString());
        Assert.False(Directory.Exists(Path.Combine(swarm[1].State, "drill")));
    }
}
