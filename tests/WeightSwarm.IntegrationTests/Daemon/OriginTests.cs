using System.Text.Json;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.IntegrationTests.Origins;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>
/// A model that was catalogued with its origin: an origin gives bytes where nobody else does, and never counts.
/// </summary>
public sealed class OriginTests
{
    private const string Model = "org/model";
    private const string Shard = "model-00002-of-00003.bin";

    [Fact]
    public async Task Model_ThatNobodyHolds_IsLost_AndIsFetchedFromItsOrigin()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 1);
        await using var origin = await StartAsync(swarm, Misbehaviours.Of("redirects"));
        await AddAndLoseAsync(swarm, origin);
        var health = await Swarm.HealthAsync(swarm[1], Model);
        Assert.Equal("lost", health.GetProperty("risk").GetString());
        Assert.Equal(0, health.GetProperty("copies").GetProperty("counted").GetInt32());
        Assert.Equal($"{origin.Url}", (await ShownAsync(swarm)).GetProperty("origin").GetString());
        Assert.StartsWith(
            "available", (await swarm[1].AskAsync("why", Model)).GetProperty("origin_state").GetString(),
            StringComparison.Ordinal);
        Assert.Empty(origin.Log);

        await swarm.DonateAsync(1, "100MB");
        await swarm.HasCopiesAsync(swarm[1], Model, 1);

        await swarm[1].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(swarm.At("origin"), swarm.At("restored"));
        Assert.Empty((await swarm[1].AskAsync("status")).GetProperty("warnings").EnumerateArray());
    }

    [Fact]
    public async Task Restore_OfAModelThatNobodyHolds_ComesFromItsOrigin_AndADrillDoesNot()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 1);
        await using var origin = await StartAsync(swarm, Misbehaviours.Of("truncates"));
        await AddAndLoseAsync(swarm, origin);

        var drill = await swarm[0].RunAsync("restore", Model, "--drill");
        Assert.True(drill.ExitCode == 7, drill.ToString());
        Assert.Empty(origin.Log);
        await swarm[0].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(swarm.At("origin"), swarm.At("restored"));
        Assert.Equal(0, await Swarm.SlicesHeldAsync(swarm[0]));
    }

    [Fact]
    public async Task Origin_WithWrongBytes_IsWarnedOf_AndTheSliceIsNeverHeld()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 1, slice: "8MiB");
        await using var origin = await StartAsync(swarm, Misbehaviours.WrongBytes(Shard, 1_500_000));
        await AddAndLoseAsync(swarm, origin);

        await swarm.DonateAsync(1, "100MB");
        await swarm.UntilAsync(
            async () => (await swarm[1].AskAsync("status")).GetProperty("warnings").EnumerateArray()
                .Any(w => w.GetString()!.Contains("wrong hash", StringComparison.Ordinal)), "a warning", Model);
        var asked = origin.Log.Count(line => line.Contains(Shard, StringComparison.Ordinal));
        await swarm.UntilAsync(
            async () => (await swarm[1].AskAsync("status")).GetProperty("slices_fetching").GetInt32() == 0,
            "the fetch to be given up", Model);

        Assert.Equal(0, await Swarm.SlicesHeldAsync(swarm[1]));
        Assert.InRange(origin.Log.Count(line => line.Contains(Shard, StringComparison.Ordinal)), asked, asked + 4);
        Assert.StartsWith(
            "not used for", (await swarm[1].AskAsync("why", Model)).GetProperty("origin_state").GetString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Model_WithTwoHolders_AsksNothingOfItsOrigin()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2);
        await using var origin = await StartAsync(swarm, Misbehaviours.Of("none"));
        await swarm.AddAsync(0, FolderOf(swarm), Model, "--origin", origin.Url);
        await swarm.DonateAsync(1, "100MB");
        await swarm.HasCopiesAsync(swarm[2], Model, 2);
        var asked = origin.Log.Count;

        await swarm[2].AskAsync("restore", Model, swarm.At("restored"));

        ModelFolder.AssertSame(swarm.At("origin"), swarm.At("restored"));
        Assert.Equal(asked, origin.Log.Count);
    }

    [Theory]
    [InlineData("ftp://example.org/model/")]
    [InlineData("https://user:secret@example.org/model/")]
    [InlineData("http://192.168.1.1/model/")]
    [InlineData("https://example.org/model/?x=1")]
    public async Task Add_WithABadOrigin_IsRefused(string url)
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1);
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 1, ModelFolder.MiB);
        var result = await swarm[0].RunAsync("add", folder, "--name", Model, "--licence", "MIT", "--origin", url);
        Assert.True(result.ExitCode == 2, result.ToString());
        Assert.Contains("bad-origin", result.Error, StringComparison.Ordinal);
    }

    private static string FolderOf(Swarm swarm) => swarm.At("model");

    /// <summary>An origin with the same files as the folder that is to be added.</summary>
    private static Task<OriginUnderTest> StartAsync(Swarm swarm, Misbehaviour misbehave)
    {
        ModelFolder.Make(FolderOf(swarm), seed: 4, shards: 3, 2 * ModelFolder.MiB);
        var folder = ModelFolder.Make(swarm.At("origin"), seed: 4, shards: 3, 2 * ModelFolder.MiB);
        return OriginUnderTest.StartAsync(
            path => File.Exists(Path.Combine(folder, path)) ? File.ReadAllBytes(Path.Combine(folder, path)) : null,
            misbehave);
    }

    /// <summary>Catalogues the model on the first node, and deletes its files there.</summary>
    private static async Task AddAndLoseAsync(Swarm swarm, OriginUnderTest origin)
    {
        await swarm.AddAsync(0, FolderOf(swarm), Model, "--origin", origin.Url);
        Directory.Delete(FolderOf(swarm), recursive: true);
        var last = swarm.Nodes[^1];
        await swarm.UntilAsync(
            async () => await Swarm.SlicesHeldAsync(swarm[0]) == 0 && (await last.RunAsync("show", Model)).ExitCode == 0
                && (await Swarm.HealthAsync(last, Model)).GetProperty("copies").GetProperty("counted").GetInt32() == 0,
            "the loss to be seen", Model);
    }

    private static async Task<JsonElement> ShownAsync(Swarm swarm) =>
        (await swarm[1].AskAsync("show", Model)).GetProperty("model");
}
