using System.Text.Json;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>Volunteers decline models: the swarm goes round them, and says so when nobody is left.</summary>
public sealed class ConsentTests
{
    private const string Model = "org/model";

    [Fact]
    public async Task Volunteer_Declines_TheModelGoesToTheOthers_UntilAllDecline()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 4, copies: 2);
        for (var n = 1; n < 4; n++) await swarm.DonateAsync(n, "100MB");
        await DeclineAsync(swarm, 1);
        await DeclineAsync(swarm, 2);
        var folder = ModelFolder.Make(swarm.At("model"), seed: 1, shards: 2, ModelFolder.MiB);
        await swarm.AddAsync(0, folder, Model);
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        Assert.Equal((0, 0), (await Swarm.SlicesHeldAsync(swarm[1]), await Swarm.SlicesHeldAsync(swarm[2])));
        Assert.True(await Swarm.SlicesHeldAsync(swarm[3]) > 0);

        // The third wants no more of it either; what it holds stays, and is served and counted.
        var rule = await DeclineAsync(swarm, 3);
        Assert.Equal(Model, Assert.Single(Items(rule, "held")).GetProperty("model").GetString());
        var wide = ModelFolder.Make(swarm.At("wide"), seed: 2, shards: 2, ModelFolder.MiB);
        await swarm.AddAsync(0, wide, "org/wide");
        await NobodyWantsAsync(swarm, 0, "org/wide", "3 decline it (3 by licence MIT: we cannot)");
        await NobodyWantsAsync(swarm, 1, "org/wide", "3 decline it (3 by licence MIT: we cannot)");
        await swarm.HasCopiesAsync(swarm[0], Model, 2);
        var why = (await swarm[1].AskAsync("why", "org/wide")).GetProperty("slices")[0].GetProperty("next").GetString();
        Assert.Contains("wanted by nobody: of 3 other nodes 3 decline it", why, StringComparison.Ordinal);
        Assert.Contains(Items(await swarm[1].AskAsync("plan"), "lines"), line =>
            line.GetProperty("reason").GetString()!.StartsWith(
                "declined by its owner: licence MIT: we cannot; wanted by nobody: ", StringComparison.Ordinal));

        // One relents, and then the copies are made; its rules are gone after a restart too.
        await swarm[2].AskAsync("accept", "1");
        await swarm.HasCopiesAsync(swarm[0], "org/wide", 2);
        Assert.True(await Swarm.SlicesHeldAsync(swarm[2]) > 0);
        await swarm[1].KillAsync();
        await swarm[1].StartAgainAsync();
        Assert.Single(Items(await swarm[1].AskAsync("declined"), "rules"));
        (await swarm[1].RunAsync("accept", "7")).Failed(3, "no-such-rule", "7", "declined");
    }

    [Fact]
    public async Task Decline_OfWhatCannotBe_IsRefusedWithTheRemedy()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 1);
        (await swarm[0].RunAsync("decline", "--licence", "cc-by-nc"))
            .Failed(2, "bad-licence", "cc-by-nc", "CC-BY-NC-*");
        (await swarm[0].RunAsync("decline", "--licence", "MIT OR Apache-2.0")).Failed(2, "bad-licence", "each of them");
        (await swarm[0].RunAsync("decline", "--name", "acme")).Failed(2, "bad-name", "acme", "ORG/MODEL");
        (await swarm[0].RunAsync("decline", "--hazard", "ugly")).Failed(2, "bad-hazard", "ugly", "contains-pickle");
        (await swarm[0].RunAsync("decline", "--name", "a/*", "--reason", new string('x', 129)))
            .Failed(2, "bad-reason", "129");
        for (var n = 0; n < 32; n++) await swarm[0].AskAsync("decline", "--name", $"org{n}/*");
        (await swarm[0].RunAsync("decline", "--name", "more/*")).Failed(5, "too-many-rules", "32", "accept");
        // The same once more is no rule more.
        var again = await swarm[0].AskAsync("decline", "--name", "org5/*");
        Assert.Equal((6, 32), (again.GetProperty("number").GetInt32(), Items(again, "rules").Count));
    }

    private static async Task<JsonElement> DeclineAsync(Swarm swarm, int node)
    {
        var reply = await swarm[node].AskAsync("decline", "--licence", "MIT", "--reason", "we cannot");
        return Assert.Single(Items(reply, "rules"));
    }

    private static Task NobodyWantsAsync(Swarm swarm, int node, string model, string words) => swarm.UntilAsync(
        async () =>
        {
            if ((await swarm[node].RunAsync("show", model)).ExitCode == 3) return false;
            var why = (await Swarm.HealthAsync(swarm[node], model)).GetProperty("wanted_by_nobody").GetString();
            return why?.Contains(words, StringComparison.Ordinal) == true;
        },
        $"node {node} to say that {words}", model);

    private static List<JsonElement> Items(JsonElement reply, string name) =>
        [.. reply.GetProperty(name).EnumerateArray()];
}
