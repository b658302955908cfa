using System.Globalization;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>
/// Two machines apart, each a network namespace, with a cable between them: a daemon on the first, and on the second a
/// program that talks to nobody on loopback. The second has a cable to us as well, for a tracker, and passes nothing
/// on: whatever the daemon sends ends there. Names and addresses go by the process, so that what a run left that was
/// killed does not stand in the way of the next.
/// </summary>
internal sealed class TwoMachines : IAsyncDisposable
{
    private readonly string _first = $"wsd-{Environment.ProcessId:x}", _second = $"wst-{Environment.ProcessId:x}";

    // An interface's name has at most 15 bytes.
    private readonly string _cable = $"wsc{Environment.ProcessId:x}";

    private TwoMachines()
    {
    }

    /// <summary>Our end of the cable.</summary>
    public static string Ours => Address(1);

    /// <summary>The address of the daemon's machine.</summary>
    public static string First => Address(9);

    /// <summary>That of the other.</summary>
    public static string Second => Address(2);

    private static string Between => Address(10);

    /// <summary>What to put before a command for it to run on the daemon's machine.</summary>
    public string[] ThroughFirst => ["ip", "netns", "exec", _first];

    /// <summary>What to put before a command for it to run on the other.</summary>
    public string[] ThroughSecond => ["ip", "netns", "exec", _second];

    public static async Task<TwoMachines> MakeAsync()
    {
        var made = new TwoMachines();
        await IpAsync("netns", "add", made._first);
        await IpAsync("netns", "add", made._second);
        try
        {
            await IpAsync("link", "add", made._cable, "type", "veth", "peer", "name", "ours", "netns", made._second);
            await IpAsync("addr", "add", $"{Ours}/30", "dev", made._cable);
            await IpAsync("link", "set", made._cable, "up");
            await IpAsync("-n", made._first, "link", "add", "near", "type", "veth",
                "peer", "name", "near", "netns", made._second);
            await SetUpAsync(made._second, "ours", Second);
            await SetUpAsync(made._first, "near", First);
            await SetUpAsync(made._second, "near", Between);
            await IpAsync("-n", made._first, "route", "add", $"{Second}/32", "via", Between);
            return made;
        }
        catch
        {
            await made.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        // The cable has two ends and goes with either; the namespaces themselves stay while a process is in them.
        await RunResult.OfAsync("ip", ["link", "del", _cable]);
        await RunResult.OfAsync("ip", ["netns", "del", _first]);
        await IpAsync("netns", "del", _second);
    }

    /// <summary>One of sixteen addresses; 198.18.0.0/15 is set apart for tests (RFC 2544).</summary>
    private static string Address(int host)
    {
        var address = (Environment.ProcessId % 0x2000 * 16) + host;
        return string.Create(
            CultureInfo.InvariantCulture, $"198.{18 + (address >> 16)}.{(address >> 8) & 255}.{address & 255}");
    }

    private static async Task SetUpAsync(string machine, string link, string address)
    {
        await IpAsync("-n", machine, "addr", "add", $"{address}/30", "dev", link);
        await IpAsync("-n", machine, "link", "set", link, "up");
        await IpAsync("-n", machine, "link", "set", "lo", "up");
    }

    private static async Task IpAsync(params string[] arguments) =>
        (await RunResult.OfAsync("ip", arguments)).Succeeded();
}
