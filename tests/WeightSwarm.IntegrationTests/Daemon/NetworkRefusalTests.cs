using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>Invites that are not whole, second networks, and verbs that need a network.</summary>
public sealed class NetworkRefusalTests : IAsyncLifetime, IDisposable
{
    private readonly WorkFolder _folder = new();
    private DaemonProcess _founder = null!, _other = null!;

    public async Task InitializeAsync()
    {
        _founder = await DaemonProcess.StartAsync(_folder.At("founder"));
        _other = await DaemonProcess.StartAsync(_folder.At("other"));
    }

    public async Task DisposeAsync()
    {
        await _founder.DisposeAsync();
        await _other.DisposeAsync();
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Join_OfABrokenInvite_IsRefused()
    {
        await _founder.AskAsync("network", "create", "one", "--pace", "drill");
        var invite = (await _founder.AskAsync("invite")).GetProperty("invite").GetString()!;
        for (var at = 0; at < invite.Length; at += 7)
        {
            var mistyped = $"{invite[..at]}{(invite[at] == 'q' ? 'r' : 'q')}{invite[(at + 1)..]}";
            (await _other.RunAsync("network", "join", mistyped)).Failed(2, "bad-invite", "invite");
        }
        foreach (var truncated in new[] { invite[..^1], invite[..^6], invite[..10], "wsw1", "nonsense" })
            (await _other.RunAsync("network", "join", truncated)).Failed(2, "bad-invite", "invite");
        (await _other.RunAsync("network", "show")).Failed(5, "no-network", "network create", "network join");
        // Nothing that was refused stands in the way of the right one.
        await _other.AskAsync("network", "join", invite);
    }

    [Fact]
    public async Task SecondNetwork_IsRefused_AndTheFirstStays()
    {
        var first = await _founder.AskAsync("network", "create", "one", "--pace", "drill");
        await _other.AskAsync("network", "create", "two", "--pace", "drill");
        var id = first.GetProperty("network").GetProperty("network_id").GetString()!;
        var invite = (await _other.AskAsync("invite")).GetProperty("invite").GetString()!;
        (await _founder.RunAsync("network", "join", invite)).Failed(5, "has-network", id, "--state");
        (await _founder.RunAsync("network", "create", "three")).Failed(5, "has-network", id, "--state");
        var now = await _founder.AskAsync("network", "show");
        Assert.Equal(id, now.GetProperty("network").GetProperty("network_id").GetString());
        Assert.Equal("one", now.GetProperty("network").GetProperty("name").GetString());
    }

    [Fact]
    public async Task VerbsThatNeedANetwork_WithoutOne_SayHowToGetOne()
    {
        string[][] verbs =
        [
            ["network", "show"], ["invite"], ["ls"], ["health"], ["plan"], ["peers"], ["show", "org/model"],
            ["why", "org/model"], ["restore", "org/model", _folder.At("out")],
            ["add", _folder.Path, "--name", "org/model", "--licence", "MIT"],
        ];
        foreach (var verb in verbs)
            (await _founder.RunAsync(verb)).Failed(5, "no-network", "network create", "network join");
        Assert.False(Directory.Exists(_folder.At("out")));
        var status = await _founder.AskAsync("status");
        Assert.Equal(System.Text.Json.JsonValueKind.Null, status.GetProperty("network").ValueKind);
        Assert.Equal(_founder.Id, status.GetProperty("node_id").GetString());
        Assert.Equal(_founder.GossipPort, status.GetProperty("ports").GetProperty("gossip").GetInt32());
    }

    [Fact]
    public async Task Verbs_AboutAnUnknownModel_SayThatThereIsNone()
    {
        await _founder.AskAsync("network", "create", "one", "--pace", "drill");
        foreach (var verb in new[] { "show", "why", "health" })
            (await _founder.RunAsync(verb, "org/none")).Failed(3, "no-such-model", "org/none", "weightswarm ls");
        (await _founder.RunAsync("restore", "org/none", _folder.At("out"))).Failed(3, "no-such-model", "org/none");
        Assert.False(Directory.Exists(_folder.At("out")));
    }

    [Fact]
    public async Task Verbs_WithoutADaemon_SayWhereNoneAnswers()
    {
        await _founder.KillAsync();
        (await _founder.RunAsync("status")).Failed(4, "daemon-unreachable", _founder.State, "daemon");
    }
}
