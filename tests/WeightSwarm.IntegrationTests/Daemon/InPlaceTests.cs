using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>An owner's files are served where they lie, never written, and not vouched for once they change.</summary>
public sealed class InPlaceTests
{
    private const string Model = "org/model";
    private const int Files = 8;

    [Fact]
    public async Task Files_ThatChangeOrVanish_AreWithdrawn_AndNeverWritten()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2);
        var folder = swarm.At("model");
        for (var n = 0; n < Files; n++) ModelFolder.Write(folder, FileOf(n), ModelFolder.MiB, seed: n);
        var original = ModelFolder.Fingerprint(folder);
        await swarm.DonateAsync(1, "50MB");
        await swarm.AddAsync(0, folder, Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);

        // While the daemon runs: one file changes without a change of size, one vanishes.
        ModelFolder.Write(folder, FileOf(0), ModelFolder.MiB, seed: 100);
        File.Delete(Path.Combine(folder, FileOf(1)));
        await HoldsAsync(swarm, Files - 2);
        await WarnsAsync(swarm, FileOf(0), FileOf(1));

        // While it is stopped: another one shrinks.
        await swarm[0].TerminateAsync(TimeSpan.FromSeconds(30));
        using (var file = File.OpenWrite(Path.Combine(folder, FileOf(2)))) file.SetLength(1000);
        var changed = ModelFolder.Fingerprint(folder);
        await swarm[0].StartAgainAsync();
        await HoldsAsync(swarm, Files - 3);
        await WarnsAsync(swarm, FileOf(2));
        await swarm.SeesAsync(swarm[2], 2);
        await swarm
            .UntilAsync(async () => await HoldersSlicesAsync(swarm, 0) == Files - 3, "the others to know it", Model);

        // The copies elsewhere carry on, together with what is left here.
        await swarm[2].AskAsync("restore", Model, swarm.At("restored"));
        Assert.Equal(original, ModelFolder.Fingerprint(swarm.At("restored")));
        Assert.Equal(changed, ModelFolder.Fingerprint(folder));
        Assert.True(swarm[0].IsRunning && swarm[1].IsRunning, swarm[0].LogTail);
    }

    [Fact]
    public async Task Folder_ThatVanishes_IsWithdrawn_AndServedAgainAfterAnotherAdd()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2);
        var folder = ModelFolder.Make(swarm.At("model"), seed: 4, shards: 2, 2 * ModelFolder.MiB);
        var added = await swarm.AddAsync(0, folder, Model);
        var slices = added.GetProperty("model").GetProperty("slices").GetInt32();
        Directory.Move(folder, swarm.At("away"));
        await HoldsAsync(swarm, 0);
        await swarm.UntilAsync(async () => await HoldersSlicesAsync(swarm, 0) == 0, "the others to know it", Model);
        var health = await Swarm.HealthAsync(swarm[1], Model);
        Assert.Equal(0, health.GetProperty("copies").GetProperty("counted").GetInt32());

        var again = await swarm.AddAsync(0, swarm.At("away"), Model);
        Assert.True(again.GetProperty("existing").GetBoolean());
        await HoldsAsync(swarm, slices);
        await swarm.HasCopiesAsync(swarm[1], Model, 1);
        await swarm[1].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(swarm.At("away"), swarm.At("restored"));
        Assert.False(Directory.Exists(folder));
    }

    private static string FileOf(int n) => $"part-{n}.bin";

    private static Task HoldsAsync(Swarm swarm, int slices) => swarm.UntilAsync(
        async () => await Swarm.SlicesHeldAsync(swarm[0]) == slices, $"{slices} slices held in place", Model);

    private static Task WarnsAsync(Swarm swarm, params string[] files) => swarm.UntilAsync(
        async () =>
        {
            var warnings = string
                .Join('\n', (await swarm[0].AskAsync("status")).GetProperty("warnings").EnumerateArray());
            return files.Any(file => warnings.Contains(file, StringComparison.Ordinal));
        },
        $"a warning about {string.Join(" or ", files)}");

    /// <summary>How many slices the node holds, as the last node sees it.</summary>
    private static async Task<int> HoldersSlicesAsync(Swarm swarm, int node)
    {
        var show = await swarm[swarm.Nodes.Count - 1].AskAsync("show", Model);
        return show.GetProperty("holders").EnumerateArray()
            .Where(h => h.GetProperty("node_id").GetString() == swarm[node].Id)
            .Sum(h => h.GetProperty("slices").GetInt32());
    }
}
