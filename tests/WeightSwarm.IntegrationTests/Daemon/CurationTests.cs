using System.Text.Json;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>Who may add to the catalogue: the founder, those whom it names, and others by way of them.</summary>
public sealed class CurationTests
{
    private const string Model = "org/model";

    [Fact]
    public async Task Volunteer_Proposes_ACuratorAccepts_AndCopiesAreMade()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2);
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 2, ModelFolder.MiB);
        await swarm.DonateAsync(2, "100MB");
        await swarm[0].AskAsync("network", "curator", "add", swarm[1].Id, "--scope", "org/", "--budget", "10MB");
        await KnowsAsync(swarm, 1, "curators", c => c.Count == 2 && c[1].GetProperty("self").GetBoolean());

        var proposed = await swarm.AddAsync(2, folder, Model);
        Assert.True(proposed.GetProperty("proposed").GetBoolean());
        Assert.Equal(3, (await swarm[2].RunAsync("health", Model)).ExitCode);
        // It survives a restart of the proposer, files served and all.
        await swarm[2].KillAsync();
        await swarm[2].StartAgainAsync();
        await swarm.SeesAsync(swarm[1], 2);
        await KnowsAsync(swarm, 1, "proposals", p => p.Count == 1);
        await AcceptAsync(swarm, 1);
        await swarm.DonateAsync(0, "100MB");
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        await swarm[2].KillAsync();
        await swarm[1].AskAsync("restore", Model, swarm.At("restored"));
        ModelFolder.AssertSame(folder, swarm.At("restored"));
        Assert.Empty(await ListAsync(swarm[0], "proposals"));
        var curator = (await ListAsync(swarm[0], "curators"))[1];
        Assert.Equal((1, 0), (Number(curator, "models"), Number(curator, "over_budget")));
    }

    [Fact]
    public async Task Refusal_ReachesTheProposer_WithItsReason()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2);
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 1, ModelFolder.MiB);
        await swarm.AddAsync(1, folder, Model);
        (await swarm[1].RunAsync("proposals", "accept", Model)).Failed(5, "no-curator", Model);
        (await swarm[1].RunAsync("proposals", "refuse", Model, "--reason", "x")).Failed(5, "no-curator", Model);
        await KnowsAsync(swarm, 0, "proposals", p => p.Count == 1);
        await swarm[0].AskAsync("proposals", "refuse", Model, "--reason", "its licence forbids copies");
        await KnowsAsync(swarm, 1, "proposals",
            p => p.Count == 1 && p[0].GetProperty("refusal").GetString() == "its licence forbids copies");
        (await swarm[0].RunAsync("proposals", "accept", "org/other")).Failed(3, "no-such-proposal", "org/other");
    }

    [Fact]
    public async Task Curator_IsHeldToItsScopeItsBudgetAndItsTerm()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 1);
        var small = ModelFolder.Make(swarm.At("small"), seed: 1, shards: 1, ModelFolder.MiB);
        var large = ModelFolder.Make(swarm.At("large"), seed: 2, shards: 3, ModelFolder.MiB);
        await swarm[0].AskAsync("network", "curator", "add", swarm[1].Id[..10], "--scope", "org/", "--budget", "2MB");
        await KnowsAsync(swarm, 1, "curators", c => c.Count == 2);
        Assert.False((await swarm.AddAsync(1, small, "org/small")).GetProperty("proposed").GetBoolean());
        (await swarm[1].RunAsync("add", large, "--name", "org/large", "--licence", "MIT"))
            .Failed(5, "over-budget", "org/large", "2.0 MB");
        Assert.True((await swarm.AddAsync(1, large, "else/large")).GetProperty("proposed").GetBoolean());

        (await swarm[1].RunAsync("network", "curator", "add", swarm[0].Id)).Failed(5, "no-founder", "founder");
        (await swarm[0].RunAsync("network", "curator", "add", "zzzzzzzzzz")).Failed(3, "no-such-node", "zzzzzzzzzz");
        (await swarm[0].RunAsync("network", "curator", "remove", swarm[0].Id)).Failed(3, "no-such-node", "curator");

        // A term of a second: what it added stays, and it adds no more.
        await swarm[0].AskAsync("network", "curator", "add", swarm[1].Id, "--for", "1s");
        await KnowsAsync(swarm, 1, "curators", c => c[1].GetProperty("expired").GetBoolean());
        Assert.Equal(1, (await swarm[0].AskAsync("ls")).GetProperty("models").GetArrayLength());
        var third = ModelFolder.Make(swarm.At("third"), seed: 3, shards: 1, ModelFolder.MiB);
        Assert.True((await swarm.AddAsync(1, third, "org/third")).GetProperty("proposed").GetBoolean());
    }

    /// <summary>The key is stolen: what was added before stays preserved, what the thief did is gone.</summary>
    [Fact]
    public async Task Revocation_KeepsWhatWasAddedBefore_DropsTheRest_AndDeletesNothing()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 2);
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 1, ModelFolder.MiB);
        var junk = ModelFolder.Make(swarm.At("junk"), seed: 2, shards: 1, ModelFolder.MiB);
        await swarm.DonateAsync(2, "100MB");
        await swarm[0].AskAsync("network", "curator", "add", swarm[1].Id);
        await KnowsAsync(swarm, 1, "curators", c => c.Count == 2);
        await swarm.AddAsync(1, folder, Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        var listed = (await swarm[0].AskAsync("ls")).GetProperty("models")[0];
        var added = listed.GetProperty("added_at").GetDateTimeOffset();
        await swarm.AddAsync(1, junk, "evil/junk");
        await swarm.HasCopiesAsync(swarm[0], "evil/junk", 2);

        var since = added.AddMilliseconds(1).ToString("O");
        var removed = await swarm[0].AskAsync("network", "curator", "remove", swarm[1].Id, "--since", since);
        Assert.Equal((1, 1), (Number(removed, "taken_over"), Number(removed, "dropped")));
        foreach (var node in swarm.Nodes)
            await swarm.UntilAsync(async () =>
            {
                var names = (await node.AskAsync("ls")).GetProperty("models").EnumerateArray()
                    .Select(m => m.GetProperty("name").GetString()).ToList();
                return names.SequenceEqual([Model]);
            }, "the catalogue without the junk", Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        // The bytes are where they were, in the thief's hands and in the volunteer's.
        Assert.Equal(2, Directory.EnumerateFiles(swarm.DonationOf(2), "*.bin", SearchOption.AllDirectories).Count());
        var again = ModelFolder.Make(swarm.At("again"), seed: 3, shards: 1, ModelFolder.MiB);
        Assert.True((await swarm.AddAsync(1, again, "org/again")).GetProperty("proposed").GetBoolean());
    }

    [Fact]
    public async Task Withdrawn_ModelLeavesTheCatalogue_AndItsCopiesStay_UntilItIsAddedAgain()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 2);
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 1, ModelFolder.MiB);
        await swarm.DonateAsync(1, "100MB");
        await swarm.AddAsync(0, folder, Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        (await swarm[1].RunAsync("withdraw", Model)).Failed(5, "no-curator", Model);
        await swarm[0].AskAsync("withdraw", Model);
        await swarm.UntilAsync(
            async () => (await swarm[1].RunAsync("show", Model)).ExitCode == 3, "the model to leave the catalogue");
        Assert.Single(Directory.EnumerateFiles(swarm.DonationOf(1), "*.bin", SearchOption.AllDirectories));

        var received = await swarm[1].ReceivedAsync();
        await swarm.AddAsync(0, folder, Model);
        await swarm.HasCopiesAsync(swarm[1], Model, 2);
        Assert.Equal(received, await swarm[1].ReceivedAsync());
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    /// <summary>The proposer may still be on its way back: its files are asked for again.</summary>
    private static Task AcceptAsync(Swarm swarm, int node) => swarm.UntilAsync(
        async () =>
        {
            var accepted = await swarm[node].RunAsync("proposals", "accept", Model);
            Assert.True(accepted.ExitCode is 0 or 7, accepted.ToString());
            return accepted.ExitCode == 0;
        }, "the proposal to be accepted", Model);

    private static async Task<List<JsonElement>> ListAsync(DaemonProcess node, string list)
    {
        string[] verb = list == "curators" ? ["network", "curator", "list"] : [list];
        return [.. (await node.AskAsync(verb)).GetProperty(list).EnumerateArray()];
    }

    private static Task KnowsAsync(Swarm swarm, int node, string list, Func<List<JsonElement>, bool> what) =>
        swarm.UntilAsync(
            async () => await ListAsync(swarm[node], list) is { Count: > 0 } found && what(found), $"{list} to arrive");
}
