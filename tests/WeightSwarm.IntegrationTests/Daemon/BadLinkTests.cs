using System.Net;
using WeightSwarm.Core.Identity;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.Tests.Support;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>Nodes that move, that nobody can dial, that stop reading, and that have IPv6 alone.</summary>
[Collection(Alone.Name)]
public sealed class BadLinkTests
{
    private const string Model = "org/model", Later = "org/later";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [NamespaceFact]
    public async Task Node_OnAnotherAddress_IsFoundThere()
    {
        using var work = new WorkFolder();
        await using var internet = await PrivateInternet.MakeAsync(machines: 3);
        var nodes = new List<DaemonProcess>();
        try
        {
            for (var n = 0; n < 3; n++)
                nodes.Add(await DaemonProcess.StartAsync(work.At($"n{n}"), internet.Daemon(n)));
            await nodes[0].AskAsync("network", "create", "test", "--copies", "1", "--pace", "drill");
            var invite = InviteOf(PrivateInternet.V4(0), await IdAsync(nodes[0]));
            foreach (var joiner in nodes.Skip(1)) await joiner.AskAsync("network", "join", invite);
            await SeesAtAsync(nodes[0], nodes[1], PrivateInternet.V4(1));

            await nodes[1].TerminateAsync(_patience);
            var address = await internet.MoveAsync(1);
            await nodes[1].StartAgainAsync();

            foreach (var other in new[] { nodes[0], nodes[2] }) await SeesAtAsync(other, nodes[1], address);
            // Who knows it only by its new record dials it there: the others are told what the record says.
            await Eventually.True(
                async () => AddressesIn(await InviteAsync(nodes[2])).Contains(address), _patience,
                () => $"{address} is in no invite\n{nodes[2].LogTail}");
        }
        finally
        {
            foreach (var node in nodes) await node.DisposeAsync();
        }
    }

    [NamespaceFact]
    public async Task Node_ThatNobodyCanDial_IsAFullMember_AndOthersFetchFromIt()
    {
        using var work = new WorkFolder();
        await using var internet = await PrivateInternet.MakeAsync(machines: 3);
        await internet.HideAsync(2);
        await using var founder = await DaemonProcess.StartAsync(work.At("n0"), internet.Daemon(0));
        await using var reader = await DaemonProcess.StartAsync(work.At("n1"), internet.Daemon(1));
        await using var hidden = await DaemonProcess.StartAsync(work.At("n2"), internet.Daemon(2));
        await founder.AskAsync("network", "create", "test", "--copies", "2", "--pace", "drill", "--domains", "node");
        var invite = InviteOf(PrivateInternet.V4(0), await IdAsync(founder));
        foreach (var joiner in new[] { reader, hidden }) await joiner.AskAsync("network", "join", invite);
        await hidden.AskAsync("donate", "64MiB", work.At("donation"));
        var model = ModelFolder.Make(work.At("model"), seed: 1, shards: 2, ModelFolder.MiB);
        await founder.AskAsync("add", model, "--name", Model, "--licence", "MIT");
        await Eventually.True(
            async () => await VerifiedAsync(reader) >= 2, _patience,
            () => $"no second copy\n{hidden.LogTail}\n{founder.LogTail}");
        // It knows that nobody can dial it, and says so: an invite has the address of another.
        await Eventually.True(
            async () => !AddressesIn(await InviteAsync(hidden)).Contains(PrivateInternet.V4(2)), _patience,
            () => $"it still thinks that it can be dialled\n{hidden.LogTail}");
        var seen = await ConnectedAsync(reader, hidden) && await ConnectedAsync(founder, hidden);
        Assert.True(seen, "the hidden node keeps no stream to its monitors");

        // The only copy that is left has to come from it.
        await founder.KillAsync();
        await reader.AskAsync("restore", Model, work.At("restored"));

        ModelFolder.AssertSame(model, work.At("restored"));
    }

    /// <summary>Where a firewall takes no UDP, TCP is tried.</summary>
    [NamespaceFact]
    public async Task UdpThatIsBlocked_LeavesTcp()
    {
        using var work = new WorkFolder();
        await using var internet = await PrivateInternet.MakeAsync(machines: 2);
        foreach (var machine in new[] { 0, 1 }) await internet.BlockUdpAsync(machine);
        await using var founder = await DaemonProcess.StartAsync(work.At("n0"), internet.Daemon(0));
        await using var donor = await DaemonProcess.StartAsync(work.At("n1"), internet.Daemon(1));
        await founder.AskAsync("network", "create", "test", "--copies", "2", "--pace", "drill", "--domains", "node");
        await donor.AskAsync("network", "join", InviteOf(PrivateInternet.V4(0), await IdAsync(founder)));
        await donor.AskAsync("donate", "64MiB", work.At("donation"));
        var model = ModelFolder.Make(work.At("model"), seed: 1, shards: 2, ModelFolder.MiB);
        await founder.AskAsync("add", model, "--name", Model, "--licence", "MIT");
        await Eventually.True(
            async () => await VerifiedAsync(founder) >= 2, _patience,
            () => $"no second copy\n{donor.LogTail}\n{founder.LogTail}");
    }

    [NamespaceFact]
    public async Task Network_OverIPv6Alone_CopiesAndRestores()
    {
        using var work = new WorkFolder();
        await using var internet = await PrivateInternet.MakeAsync(machines: 3);
        // One on all addresses, the others on one each.
        await using var founder = await DaemonProcess.StartAsync(
            work.At("n0"), internet.Daemon(0, PrivateInternet.V6(0)));
        await using var holder = await DaemonProcess.StartAsync(work.At("n1"), internet.Daemon(1, "::"));
        await using var reader = await DaemonProcess.StartAsync(
            work.At("n2"), internet.Daemon(2, PrivateInternet.V6(2)));
        await founder.AskAsync("network", "create", "test", "--copies", "2", "--pace", "drill", "--slice", "1MiB");
        var invite = await InviteAsync(founder);
        Assert.Equal([PrivateInternet.V6(0)], AddressesIn(invite));
        foreach (var joiner in new[] { holder, reader }) await joiner.AskAsync("network", "join", invite);
        await holder.AskAsync("donate", "64MiB", work.At("donation"));
        var model = ModelFolder.Make(work.At("model"), seed: 1, shards: 2, ModelFolder.MiB);
        await founder.AskAsync("add", model, "--name", Model, "--licence", "MIT");
        await Eventually.True(
            async () => await VerifiedAsync(reader) >= 2, _patience,
            () => $"no second copy\n{holder.LogTail}\n{founder.LogTail}");

        await founder.KillAsync();
        await reader.AskAsync("restore", Model, work.At("restored"));

        ModelFolder.AssertSame(model, work.At("restored"));
    }

    [Fact]
    public async Task Peer_ThatStopsReading_IsDropped_AndCatchesUp()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 3, copies: 1);
        await swarm[2].SignalAsync("STOP");
        try
        {
            for (var model = 0; model < 3; model++)
                await swarm.AddAsync(0, ModelFolder.Make(swarm.At($"m{model}"), model, 1, 4096), $"org/m{model}");
            await swarm.UntilAsync(
                async () => !await ConnectedAsync(swarm[0], swarm[2]) && !await ConnectedAsync(swarm[1], swarm[2]),
                "both others to drop the stopped node");
        }
        finally
        {
            await swarm[2].SignalAsync("CONT");
        }
        await swarm.AddAsync(0, ModelFolder.Make(swarm.At("later"), seed: 9, 1, 4096), Later);

        await swarm.UntilAsync(
            async () => await NamesAsync(swarm[2]) == await NamesAsync(swarm[0]),
            "the node that slept to know all models");
        Assert.Equal($"{Later} org/m0 org/m1 org/m2", await NamesAsync(swarm[2]));
        await swarm.SeesAsync(swarm[2], 2);
        await swarm.SeesAsync(swarm[0], 2);
    }

    private static async Task<bool> ConnectedAsync(DaemonProcess node, DaemonProcess other) =>
        (await node.AskAsync("peers")).GetProperty("peers").EnumerateArray()
            .Any(p => p.GetProperty("node_id").GetString() == other.Id && p.GetProperty("connected").GetBoolean());

    private static async Task<string> NamesAsync(DaemonProcess node) => string.Join(' ',
        (await node.AskAsync("ls")).GetProperty("models").EnumerateArray()
            .Select(m => m.GetProperty("name").GetString()).Order(StringComparer.Ordinal));

    private static async Task<int> VerifiedAsync(DaemonProcess node) =>
        (await node.RunAsync("show", Model)).ExitCode == 0
            ? (await Swarm.HealthAsync(node, Model)).GetProperty("copies").GetProperty("counted").GetInt32() : 0;

    private static Task SeesAtAsync(DaemonProcess node, DaemonProcess other, string address) => Eventually.True(
        async () => (await node.AskAsync("peers")).GetProperty("peers").EnumerateArray().Any(
            p => p.GetProperty("node_id").GetString() == other.Id && p.GetProperty("connected").GetBoolean()
                && p.GetProperty("address").GetString()!.StartsWith($"{address}:", StringComparison.Ordinal)),
        _patience, () => $"{node.Id} does not see {other.Id} at {address}\n{node.LogTail}\n{other.LogTail}");

    private static async Task<string> InviteAsync(DaemonProcess node) =>
        (await node.AskAsync("invite")).GetProperty("invite").GetString()!;

    private static string[] AddressesIn(string invite) =>
        [.. Invite.Parse(invite, out _)!.Addresses.Select(a => a.Address.ToString())];

    private static async Task<NetworkId> IdAsync(DaemonProcess node)
    {
        var network = (await node.AskAsync("network", "show")).GetProperty("network");
        var text = network.GetProperty("network_id").GetString()!;
        Assert.True(NetworkId.TryParse(text, out var id), text);
        return id;
    }

    private static string InviteOf(string address, NetworkId network) => new Invite(
        network, [new IPEndPoint(IPAddress.Parse(address), 6890)]).ToString();
}
