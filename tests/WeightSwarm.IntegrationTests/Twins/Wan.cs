using System.Globalization;
using System.Net;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.IntegrationTests.Torrent;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>
/// Machines, each a network namespace, with a wide area network between them that delays, loses and cuts off packets.
/// We are the last machine of it ourselves. What is left by a run that is killed harms no other: names and addresses
/// go by the process, and the devices end with the program that carries the packets.
/// </summary>
internal sealed class Wan : IAsyncDisposable
{
    private const int MostMachines = 14;

    private readonly int _machines;
    private readonly OtherProgram _carrier;
    private int _told;

    private Wan(int machines, OtherProgram carrier) => (_machines, _carrier) = (machines, carrier);

    /// <summary>Makes so many machines besides ours, 13 at most.</summary>
    public static async Task<Wan> MakeAsync(int machines)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(machines, MostMachines);
        var all = Enumerable.Range(0, machines + 1).ToList();
        var script = Path.Combine(AppContext.BaseDirectory, "Twins", "wan.py");
        var carrier = OtherProgram.Start(
            "/usr/bin/python3", [script, .. all.Select(m => $"{Device(m)}={AddressOf(m)}")]);
        var wan = new Wan(machines, carrier);
        try
        {
            await carrier.LineAsync("ready");
            foreach (var machine in all.SkipLast(1)) await PlugInAsync(machine);
            // Where there is no device any more, nothing takes another way out.
            await IpAsync("route", "add", "blackhole", Network, "metric", "1000");
            await IpAsync("addr", "add", AddressOf(machines).ToString(), "dev", Device(machines));
            await IpAsync("link", "set", Device(machines), "up");
            await IpAsync("route", "add", Network, "dev", Device(machines));
            return wan;
        }
        catch
        {
            await wan.DisposeAsync();
            throw;
        }
    }

    /// <summary>A machine's address; ours is that of the last.</summary>
    public static IPAddress AddressOf(int machine) => Address(machine + 1);

    /// <summary>What to put before a command for it to run on a machine.</summary>
    public static string[] Through(int machine) => ["ip", "netns", "exec", Name(machine)];

    /// <summary>Packets between two machines take so long each way, and up to so much longer.</summary>
    public Task LinkAsync(int a, int b, int ms, int jitterMs) => TellAsync($"link {a} {b} {ms} {jitterMs}");

    /// <summary>So many packets of a thousand are lost.</summary>
    public Task LoseAsync(int perThousand) => TellAsync($"loss {perThousand}");

    /// <summary>Machines on equal sides reach each other; we reach side 0.</summary>
    public Task CutAsync(Func<int, int> sideOf) => TellAsync(
        $"sides {string.Join(' ', Enumerable.Range(0, _machines).Select(sideOf).Append(0))}");

    /// <summary>Bytes of TCP from and to a port that each machine has sent, headers included.</summary>
    public async Task<long[]> SentAsync(int port) =>
        [.. (await TellAsync($"sent {port}")).Split(' ')[2..].Select(n => long.Parse(n, CultureInfo.InvariantCulture))];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _carrier.DisposeAsync();
        await RunResult.OfAsync("ip", ["route", "del", "blackhole", Network, "metric", "1000"]);
        for (var machine = 0; machine < _machines; machine++)
            await RunResult.OfAsync("ip", ["netns", "del", Name(machine)]);
    }

    private async Task<string> TellAsync(FormattableString command)
    {
        await _carrier.TellAsync(command.ToString(CultureInfo.InvariantCulture));
        return await _carrier.LineAsync($"{++_told} ");
    }

    private static async Task PlugInAsync(int machine)
    {
        var name = Name(machine);
        await IpAsync("netns", "add", name);
        await IpAsync("link", "set", Device(machine), "netns", name, "name", "wan");
        await IpAsync("-n", name, "link", "set", "lo", "up");
        await IpAsync("-n", name, "addr", "add", AddressOf(machine).ToString(), "dev", "wan");
        await IpAsync("-n", name, "link", "set", "wan", "up");
        await IpAsync("-n", name, "route", "add", "default", "dev", "wan");
    }

    private static string Network => $"{Address(0)}/28";

    // A device's name has at most 15 bytes.
    private static string Device(int machine) => Text($"wsn{Environment.ProcessId:x}-{machine}");

    private static string Name(int machine) => Text($"wsm-{Environment.ProcessId:x}-{machine}");

    /// <summary>One of sixteen addresses; 198.18.0.0/15 is set apart for tests (RFC 2544).</summary>
    private static IPAddress Address(int host)
    {
        var number = (Environment.ProcessId % 0x2000 * 16) + host;
        return new IPAddress([198, (byte)(18 + (number >> 16)), (byte)(number >> 8), (byte)number]);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static async Task IpAsync(params string[] arguments) =>
        (await RunResult.OfAsync("ip", arguments)).Succeeded();
}
