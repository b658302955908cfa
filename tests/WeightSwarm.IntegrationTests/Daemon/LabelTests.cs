using System.Text.Json;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>An owner says whose a node is and where it stands: the others know it, and it outlives a kill.</summary>
public sealed class LabelTests
{
    [Fact]
    public async Task Labels_AreToldToOthers_AndOutliveAKilledDaemon()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 2, copies: 1);
        await swarm[0].AskAsync("labels", "set", "--operator", " acme ", "--site", "attic");
        await swarm[1].AskAsync("labels", "set", "--operator", "acme");
        await swarm.UntilAsync(
            async () => await ToldAsync(swarm[1]) == ("acme", "attic"), "the labels to be heard of");
        var shared = (await swarm[1].AskAsync("labels")).GetProperty("same_operator");
        Assert.Equal(swarm[0].Id, Assert.Single(shared.EnumerateArray()).GetString());

        await swarm[0].KillAsync();
        await swarm[0].StartAgainAsync();
        await swarm[0].AskAsync("labels", "set", "--site", "");
        await swarm.UntilAsync(
            async () => await ToldAsync(swarm[1]) == ("acme", null), "one label to stay, and one to go");
    }

    [Fact]
    public async Task Labels_ThatNobodyCouldRead_AreRefused()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 1);
        var tooLong = await swarm[0].RunAsync("labels", "set", "--site", new string('x', 65));
        Assert.Equal(2, tooLong.ExitCode);
        Assert.Contains("--site has 65 characters; at most 64", tooLong.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await swarm[0].RunAsync("labels", "set", "--operator", "a\u001bb")).ExitCode);
        Assert.Equal(JsonValueKind.Null, (await swarm[0].AskAsync("labels")).GetProperty("site").ValueKind);
    }

    private static async Task<(string? Operator, string? Site)> ToldAsync(DaemonProcess node)
    {
        var peers = (await node.AskAsync("peers")).GetProperty("peers").EnumerateArray().ToList();
        return peers is [var peer] ? (peer.GetProperty("operator").GetString(), peer.GetProperty("site").GetString())
            : (null, null);
    }
}
