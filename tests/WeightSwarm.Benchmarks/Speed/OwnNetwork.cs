using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace WeightSwarm.Benchmarks.Speed;

/// <summary>
/// A network namespace for the benchmark alone, where root runs it: nothing in it can leave the machine, and it has
/// addresses that are not 127.0.0.0/8. Its processes are a family of their own, too: none outlives the benchmark.
/// </summary>
internal static class OwnNetwork
{
    private const string Marker = "WEIGHTSWARM_BENCH_NETWORK";

    public static bool IsHere => Environment.GetEnvironmentVariable(Marker) is not null;

    public static IPAddress AddressOf(int number) => new([10, 99, 0, (byte)number]);

    /// <summary>Runs this program again in such a namespace; null where that cannot be, or is so already.</summary>
    public static int? Enter(string verb, string[] arguments)
    {
        if (IsHere) return null;
        if (!Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/unshare"))
        {
            Console.Error.WriteLine("transmission is left out: a network namespace of our own takes root and unshare");
            return null;
        }
        string[] own = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];
        var start = new ProcessStartInfo("/usr/bin/unshare", [.. own, Environment.ProcessPath!, verb, .. arguments]);
        start.Environment[Marker] = "1";
        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    /// <summary>Gives the namespace that this process is in its loopback and its addresses.</summary>
    public static void SetUp()
    {
        if (!IsHere) return;
        Command.Output("/usr/sbin/ip", "link", "set", "lo", "up");
        foreach (var number in new[] { 1, 11, 12, 13, 21 })
            Command.Output("/usr/sbin/ip", "address", "add", string.Create(
                CultureInfo.InvariantCulture, $"{AddressOf(number)}/32"), "dev", "lo");
    }
}
