using System.Diagnostics;
using System.Globalization;
using Grpc.Net.Client;
using WeightSwarm.Benchmarks.Speed;
using WeightSwarm.V1;

namespace WeightSwarm.Benchmarks.Models;

/// <summary>The program as its users run it, on loopback, and its control service.</summary>
internal sealed class DaemonProcess : IAsyncDisposable
{
    private readonly PeerProcess _process;
    private readonly GrpcChannel _channel;

    private DaemonProcess(PeerProcess process, string state)
    {
        _process = process;
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = UnixSocketHandler.Create(Path.Combine(state, "control.sock")),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = 64 << 20,
        });
        Control = new Control.ControlClient(_channel);
    }

    public Control.ControlClient Control { get; }

    /// <summary>Starts it, and waits until it is ready; answers how long that took.</summary>
    public static async Task<(DaemonProcess Daemon, TimeSpan Start)> StartAsync(string state)
    {
        var started = Stopwatch.GetTimestamp();
        var process = new PeerProcess(
            Path.Combine(AppContext.BaseDirectory, "weightswarm"), "--state", state, "daemon", "--listen", "127.0.0.1",
            "--gossip-port", "0", "--torrent-port", "0", "--http-port", "0");
        await process.LineAsync("listening on");
        return (new DaemonProcess(process, state), Stopwatch.GetElapsedTime(started));
    }

    /// <summary>Share of one core that it takes over some time, 1 being all of it.</summary>
    public async Task<double> CpuShareAsync(TimeSpan time)
    {
        var (cpu, from) = (_process.CpuSeconds(), Stopwatch.GetTimestamp());
        await Pause.WhileMeasuringAsync(time);
        return (_process.CpuSeconds() - cpu) / Stopwatch.GetElapsedTime(from).TotalSeconds;
    }

    /// <summary>A line of /proc/PID/status in bytes: VmRSS, RssAnon or VmHWM.</summary>
    public long Memory(string name)
    {
        var line = File.ReadLines($"/proc/{_process.Id}/status")
            .First(line => line.StartsWith($"{name}:", StringComparison.Ordinal));
        var kibibytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return 1024 * long.Parse(kibibytes, CultureInfo.InvariantCulture);
    }

    /// <summary>SIGTERM; answers how long it took to end.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var from = Stopwatch.GetTimestamp();
        Command.Output("/bin/kill", "-TERM", _process.Id.ToString(CultureInfo.InvariantCulture));
        await _process.Reading;
        return Stopwatch.GetElapsedTime(from);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        await _process.DisposeAsync();
    }
}
