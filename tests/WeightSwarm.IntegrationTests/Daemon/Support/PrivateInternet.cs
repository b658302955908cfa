using System.Globalization;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>
/// Machines that reach each other through one router, over IPv4 and IPv6, each in a subnet of its own; every one is a
/// network namespace, and none has a cable to ours, so nothing that runs in them can send a packet to anywhere else.
/// </summary>
internal sealed class PrivateInternet : IAsyncDisposable
{
    private static int _made;

    private readonly string _router = $"wsr-{Environment.ProcessId:x}-{Interlocked.Increment(ref _made)}";
    private readonly List<string> _machines = [];

    private PrivateInternet()
    {
    }

    /// <summary>Makes so many machines.</summary>
    public static async Task<PrivateInternet> MakeAsync(int machines)
    {
        var made = new PrivateInternet();
        try
        {
            await made.MakeRouterAsync();
            for (var machine = 0; machine < machines; machine++) await made.AddMachineAsync();
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <summary>A machine's IPv4 address.</summary>
    public static string V4(int machine) => Text($"10.77.{machine + 1}.2");

    /// <summary>A machine's IPv6 address; each is in another domain of failure by the rule subnet.</summary>
    public static string V6(int machine) => Text($"fd77:{machine + 1}::2");

    /// <summary>What to put before a command for it to run on a machine.</summary>
    public string[] Through(int machine) => ["ip", "netns", "exec", _machines[machine]];

    /// <summary>How a daemon is started on a machine, with the usual ports; the DHT is entered on the first.</summary>
    public DaemonStart Daemon(int machine, string listen = "0.0.0.0") => new()
    {
        Listen = listen,
        GossipPort = 6890,
        TorrentPort = 6891,
        HttpPort = 6892,
        Through = Through(machine),
        DhtNodes = [$"{V4(0)}:6891"],
    };

    /// <summary>From now on nobody can open a TCP connection to the usual ports of a machine, as behind a router that
    /// maps none; what the machine opens works. UDP, which routers let through in both directions once the machine has
    /// sent some, comes in.</summary>
    public async Task HideAsync(int machine)
    {
        foreach (var port in new[] { "6890", "6891" }) await BlockAsync(machine, "tcp", port);
    }

    /// <summary>From now on no UDP comes in at a machine's BitTorrent port.</summary>
    public Task BlockUdpAsync(int machine) => BlockAsync(machine, "udp", "6891");

    private Task<RunResult> BlockAsync(int machine, string protocol, string port) =>
        IpAsync("-n", _machines[machine], "xfrm", "policy", "add", "src", "0.0.0.0/0", "dst", "0.0.0.0/0",
            "proto", protocol, "dport", port, "dir", "in", "action", "block");

    /// <summary>Gives a machine another address, in a subnet that nobody had yet, in place of its own.</summary>
    /// <returns>The new IPv4 address.</returns>
    public async Task<string> MoveAsync(int machine)
    {
        await IpAsync("-n", _machines[machine], "addr", "flush", "dev", "wan");
        await IpAsync("-n", _router, "addr", "flush", "dev", Cable(machine));
        await AddressAsync(machine, machine + 100);
        return V4(machine + 100);
    }

    /// <summary>Fails when anything in here could reach another network than these.</summary>
    public async Task AssertClosedAsync()
    {
        var routes = await IpAsync("-n", _router, "route", "show");
        Assert.DoesNotContain("default", routes.Output, StringComparison.Ordinal);
        var links = await IpAsync("-n", _router, "-o", "link", "show");
        // Loopback, one cable for each machine, and no other.
        Assert.Equal(_machines.Count, links.Output.Split('\n').Count(l => l.Contains(": n", StringComparison.Ordinal)));
        Assert.Equal(_machines.Count + 1, links.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var name in _machines.Append(_router)) await RunResult.OfAsync("ip", ["netns", "del", name]);
    }

    private async Task MakeRouterAsync()
    {
        await IpAsync("netns", "add", _router);
        await IpAsync("-n", _router, "link", "set", "lo", "up");
        foreach (var setting in new[] { "ipv4/ip_forward", "ipv6/conf/all/forwarding" })
            (await RunResult.OfAsync("ip",
                ["netns", "exec", _router, "sh", "-c", $"echo 1 > /proc/sys/net/{setting}"])).Succeeded();
    }

    private async Task AddMachineAsync()
    {
        var machine = _machines.Count;
        var name = Text($"{_router}-{machine}");
        _machines.Add(name);
        await IpAsync("netns", "add", name);
        await IpAsync("-n", name, "link", "set", "lo", "up");
        await IpAsync("-n", _router, "link", "add", "name", Cable(machine), "type", "veth",
            "peer", "name", "wan", "netns", name);
        await IpAsync("-n", _router, "link", "set", Cable(machine), "up");
        await IpAsync("-n", name, "link", "set", "wan", "up");
        await AddressAsync(machine, machine);
    }

    private async Task AddressAsync(int machine, int subnet)
    {
        var (v4, v6) = (Text($"10.77.{subnet + 1}.1"), Text($"fd77:{subnet + 1}::1"));
        await IpAsync("-n", _router, "addr", "add", $"{v4}/24", "dev", Cable(machine));
        // Without the check for duplicates the address can be used at once.
        await IpAsync("-n", _router, "addr", "add", $"{v6}/64", "dev", Cable(machine), "nodad");
        await IpAsync("-n", _machines[machine], "addr", "add", $"{V4(subnet)}/24", "dev", "wan");
        await IpAsync("-n", _machines[machine], "addr", "add", $"{V6(subnet)}/64", "dev", "wan", "nodad");
        await IpAsync("-n", _machines[machine], "route", "replace", "default", "via", v4);
        await IpAsync("-n", _machines[machine], "-6", "route", "replace", "default", "via", v6);
    }

    private static string Cable(int machine) => Text($"n{machine}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static async Task<RunResult> IpAsync(params string[] arguments) =>
        (await RunResult.OfAsync("ip", arguments)).Succeeded();
}
