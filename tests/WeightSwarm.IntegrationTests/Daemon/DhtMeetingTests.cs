using System.Net;
using WeightSwarm.Core.Identity;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.Tests.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>Nodes that know no living address of each other meet in a DHT of their own.</summary>
[Collection(Alone.Name)]
public sealed class DhtMeetingTests
{
    private const string Model = "org/model";

    [NamespaceFact]
    public async Task Join_ByAnInviteWhoseAddressesAreDead_FindsTheNetworkInTheDht()
    {
        using var work = new WorkFolder();
        await using var internet = await PrivateInternet.MakeAsync(machines: 3);
        await internet.AssertClosedAsync();
        // The first belongs to no network: it is a node of the DHT and nothing else.
        await using var entrance = await DaemonProcess.StartAsync(work.At("n0"), internet.Daemon(0));
        await using var founder = await DaemonProcess.StartAsync(work.At("n1"), internet.Daemon(1));
        await using var joiner = await DaemonProcess.StartAsync(work.At("n2"), internet.Daemon(2));
        var created = await founder.AskAsync("network", "create", "test", "--copies", "1", "--pace", "drill");
        var model = ModelFolder.Make(work.At("model"), seed: 1, shards: 1, ModelFolder.MiB);
        await founder.AskAsync("add", model, "--name", Model, "--licence", "MIT");

        var id = created.GetProperty("network").GetProperty("network_id").GetString()!;
        var dead = new IPEndPoint(IPAddress.Parse(PrivateInternet.V4(50)), 6890);
        Assert.True(NetworkId.TryParse(id, out var network), id);
        await joiner.AskAsync("network", "join", new Invite(network, [dead]).ToString());

        await Eventually.True(
            async () => (await joiner.RunAsync("show", Model)).ExitCode == 0, TimeSpan.FromSeconds(60),
            () => $"no model\n{joiner.LogTail}\n{founder.LogTail}");
        var reach = (await joiner.AskAsync("status")).GetProperty("reach");
        Assert.InRange(reach.GetProperty("dht_nodes").GetInt32(), 1, 2);
        Assert.InRange(reach.GetProperty("dht_found").GetInt32(), 1, 2);
        Assert.Contains(PrivateInternet.V4(1), (await joiner.AskAsync("peers")).ToString(), StringComparison.Ordinal);
    }
}
