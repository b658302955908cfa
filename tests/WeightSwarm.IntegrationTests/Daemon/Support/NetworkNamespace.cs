namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>A test that makes network namespaces, which only root may; for anybody else it is skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NamespaceFactAttribute : FactAttribute
{
    public NamespaceFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "network namespaces need root";
    }
}

/// <summary>A network namespace with one cable to ours, for programs that talk to nobody on loopback. Nothing else is
/// reached from it.</summary>
internal sealed class NetworkNamespace : IAsyncDisposable
{
    private readonly string _name = $"wst-{Environment.ProcessId:x}";

    // An interface's name has at most 15 bytes.
    private readonly string _cable = $"wsc{Environment.ProcessId:x}";

    private NetworkNamespace()
    {
    }

    /// <summary>Our end of the cable; 198.18.0.0/15 is set apart for tests (RFC 2544).</summary>
    public static string Near => "198.18.31.1";

    /// <summary>The end in the namespace.</summary>
    public static string Far => "198.18.31.2";

    /// <summary>What to put before a command for it to run in there.</summary>
    public string[] Through => ["ip", "netns", "exec", _name];

    public static async Task<NetworkNamespace> MakeAsync()
    {
        var made = new NetworkNamespace();
        await IpAsync("netns", "add", made._name);
        try
        {
            await IpAsync("link", "add", made._cable, "type", "veth", "peer", "name", "far", "netns", made._name);
            await IpAsync("addr", "add", $"{Near}/30", "dev", made._cable);
            await IpAsync("link", "set", made._cable, "up");
            await IpAsync("-n", made._name, "addr", "add", $"{Far}/30", "dev", "far");
            await IpAsync("-n", made._name, "link", "set", "far", "up");
            await IpAsync("-n", made._name, "link", "set", "lo", "up");
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
        // The cable has two ends and goes with either; the namespace itself stays while a process is in it.
        await RunResult.OfAsync("ip", ["link", "del", _cable]);
        await IpAsync("netns", "del", _name);
    }

    private static async Task IpAsync(params string[] arguments) =>
        (await RunResult.OfAsync("ip", arguments)).Succeeded();
}
