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
        await swarm[0].AskAsync(
            "labels", "set", "--operator", " acme ", "--site", "attic", "--asn", "AS3320", "--country", "de");
        await swarm[1].AskAsync("labels", "set", "--operator", "acme", "--asn", "3320");
        await swarm.UntilAsync(
            async () => await ToldAsync(swarm[1]) == ("acme", "attic", 3320, "DE"), "the labels to be heard of");
        var own = await swarm[1].AskAsync("labels");
        Assert.Equal(swarm[0].Id, Assert.Single(own.GetProperty("same_operator").EnumerateArray()).GetString());
        Assert.Equal((1, 0), (own.GetProperty("others_in_asn").GetInt32(),
            own.GetProperty("others_in_country").GetInt32()));

        await swarm[0].KillAsync();
        await swarm[0].StartAgainAsync();
        await swarm[0].AskAsync("labels", "set", "--site", "", "--asn", "0");
        await swarm.UntilAsync(
            async () => await ToldAsync(swarm[1]) == ("acme", null, null, "DE"), "two labels to stay, and two to go");
    }

    [Fact]
    public async Task Labels_ThatNobodyCouldRead_AreRefused()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 1);
        var tooLong = await swarm[0].RunAsync("labels", "set", "--site", new string('x', 65));
        Assert.Equal(2, tooLong.ExitCode);
        Assert.Contains("--site has 65 characters; at most 64", tooLong.Error, StringComparison.Ordinal);
        Assert.Equal(2, (await swarm[0].RunAsync("labels", "set", "--operator", "a\u001bb")).ExitCode);
        Assert.Equal(2, (await swarm[0].RunAsync("labels", "set", "--country", "DEU")).ExitCode);
        Assert.Equal(2, (await swarm[0].RunAsync("labels", "set", "--country", "ÄÖ")).ExitCode);
        var labels = await swarm[0].AskAsync("labels");
        Assert.Equal(JsonValueKind.Null, labels.GetProperty("site").ValueKind);
        Assert.Equal(JsonValueKind.Null, labels.GetProperty("country").ValueKind);
    }

    private static async Task<(string? Operator, string? Site, int? Asn, string? Country)> ToldAsync(
        DaemonProcess node)
    {
        var peers = (await node.AskAsync("peers")).GetProperty("peers").EnumerateArray().ToList();
        if (peers is not [var peer]) return (null, null, null, null);
        var asn = peer.GetProperty("asn");
        return (peer.GetProperty("operator").GetString(), peer.GetProperty("site").GetString(),
            asn.ValueKind == JsonValueKind.Null ? null : asn.GetInt32(), peer.GetProperty("country").GetString());
    }
}
