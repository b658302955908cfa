using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using WeightSwarm.Tests.Support;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>What a daemon is started with, beside its state folder.</summary>
internal sealed record DaemonStart
{
    /// <summary>0: any free one.</summary>
    public int GossipPort { get; init; }

    /// <inheritdoc cref="GossipPort"/>
    public int TorrentPort { get; init; }

    /// <inheritdoc cref="GossipPort"/>
    public int HttpPort { get; init; }

    /// <summary>The address that it listens on.</summary>
    public string Listen { get; init; } = "127.0.0.1";

    /// <summary>HOST:PORT of each entrance of the DHT; empty: the daemon's own, which no test must look for.</summary>
    public string[] DhtNodes { get; init; } = [];

    /// <summary>A program that starts it, and its arguments; empty: none.</summary>
    public string[] Through { get; init; } = [];
}

/// <summary>One real daemon on loopback, and the CLI that talks to it. Always ended by its pid.</summary>
internal sealed partial class DaemonProcess : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _log = new();
    private readonly DaemonStart _start;
    private Process _process;

    private DaemonProcess(string state, DaemonStart start)
    {
        (State, _start) = (state, start);
        _process = Launch();
    }

    /// <summary>The state folder.</summary>
    public string State { get; }

    /// <summary>The node's id.</summary>
    public string Id { get; private set; } = "";

    /// <summary>TCP port of gossip.</summary>
    public int GossipPort { get; private set; }

    /// <summary>Port of BitTorrent.</summary>
    public int TorrentPort { get; private set; }

    /// <summary>Port of the local web.</summary>
    public int HttpPort { get; private set; }

    public int Pid => _process.Id;
    public bool IsRunning => !_process.HasExited;
    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines that it printed, over all its runs.</summary>
    public string LogTail => string.Join('\n', _log.TakeLast(25));

    /// <summary>Everything that it printed.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Starts a daemon and returns when it is ready.</summary>
    public static async Task<DaemonProcess> StartAsync(string state, DaemonStart? start = null)
    {
        var daemon = new DaemonProcess(state, start ?? new DaemonStart());
        await daemon.ReadyAsync();
        return daemon;
    }

    /// <summary>Starts a daemon that is expected not to come up; returns how it ended.</summary>
    public static Task<RunResult> RunToEndAsync(string state, DaemonStart? start = null) =>
        RunResult.OfAsync(ProgramUnderTest.Path, Arguments(state, start ?? new DaemonStart()));

    /// <summary>Starts it again after its end.</summary>
    public async Task StartAgainAsync()
    {
        Assert.False(IsRunning, "it runs already");
        _process.Dispose();
        _process = Launch();
        await ReadyAsync();
    }

    /// <summary>Runs a verb against it, with --json.</summary>
    public Task<RunResult> RunAsync(params string[] verb) =>
        RunResult.OfAsync(ProgramUnderTest.Path, ["--state", State, "--json", .. verb]);

    /// <summary>Runs a verb that must succeed; answers its JSON.</summary>
    public async Task<JsonElement> AskAsync(params string[] verb) => (await RunAsync(verb)).Succeeded().Json;

    /// <summary>Payload over BitTorrent since its start, bytes.</summary>
    public Task<long> ReceivedAsync() => CounterAsync("torrent_received_bytes_total");

    /// <summary>Read from the disk since its start to prove to other nodes what it holds, bytes.</summary>
    public Task<long> ProvedAsync() => CounterAsync("proof_read_bytes_total");

    private async Task<long> CounterAsync(string counter)
    {
        var name = $"weightswarm_{counter} ";
        using var client = new HttpClient();
        var page = await client.GetStringAsync(new Uri($"http://127.0.0.1:{HttpPort}/metrics"));
        var line = page.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(name.Length), CultureInfo.InvariantCulture);
    }

    /// <summary>Ends it with SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Ends it with SIGTERM; answers how long it took. Fails when it took too long or ended badly.</summary>
    public async Task<TimeSpan> TerminateAsync(TimeSpan within)
    {
        var started = Stopwatch.GetTimestamp();
        await SignalAsync("TERM");
        await Eventually.True(() => _process.HasExited, within, () => $"{Id} still runs\n{LogTail}");
        Assert.True(_process.ExitCode == 0, $"SIGTERM ended {Id} with {_process.ExitCode}\n{LogTail}");
        return Stopwatch.GetElapsedTime(started);
    }

    /// <summary>Sends a signal by name.</summary>
    public async Task SignalAsync(string name) =>
        (await RunResult.OfAsync("/bin/kill", [$"-{name}", Pid.ToString(CultureInfo.InvariantCulture)])).Succeeded();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        _process.Dispose();
    }

    private static string[] Arguments(string state, DaemonStart start) =>
    [
        "--state", state, "--json", "daemon", "--listen", start.Listen, "--gossip-port", Text(start.GossipPort),
        "--torrent-port", Text(start.TorrentPort), "--http-port", Text(start.HttpPort),
        .. start.DhtNodes.SelectMany(node => new[] { "--dht-node", node }),
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private Process Launch()
    {
        _log.Enqueue("-- start");
        string[] command = [.. _start.Through, ProgramUnderTest.Path, .. Arguments(State, _start)];
        var start = ProgramUnderTest.Start(command[0], command[1..]);
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        (GossipPort, TorrentPort, HttpPort) = (0, 0, 0);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Keep(string? line)
    {
        if (line is null) return;
        _log.Enqueue(line);
        if (NodeLine().Match(line) is { Success: true } node) Id = node.Groups[1].Value;
        if (PortsLine().Match(line) is not { Success: true } ports) return;
        int Port(int group) => int.Parse(ports.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
        (GossipPort, TorrentPort) = (Port(1), Port(2));
        HttpPort = Port(3);
    }

    private async Task ReadyAsync()
    {
        await Eventually.True(
            () => HttpPort > 0 || _process.HasExited, _patience, () =>
                $"the daemon on {State} is not ready\n{LogTail}");
        if (HttpPort > 0) return;
        await _process.WaitForExitAsync();
        Assert.Fail($"the daemon on {State} ended with {_process.ExitCode}\n{LogTail}");
    }

    [GeneratedRegex(@"^weightswarm \S+: node (\S+) in ")]
    private static partial Regex NodeLine();

    [GeneratedRegex(@"gossip (\d+), torrent (\d+); http on 127\.0\.0\.1: (\d+)$")]
    private static partial Regex PortsLine();
}
