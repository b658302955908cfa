using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using WeightSwarm.Tests.Support;

namespace WeightSwarm.IntegrationTests.Torrent;

/// <summary>A program beside the test: what it says is kept, and it ends with the test.</summary>
internal sealed class OtherProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly SemaphoreSlim _news = new(0);

    private OtherProgram(Process process) => _process = process;

    public static OtherProgram Start(string program, params string[] arguments)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        var other = new OtherProgram(process);
        process.OutputDataReceived += (_, line) => other.Keep(line.Data);
        process.ErrorDataReceived += (_, line) => other.Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return other;
    }

    /// <summary>A port of 127.0.0.1 that was free a moment ago, for programs that cannot choose one.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until somebody accepts connections on the port.</summary>
    public async Task ListensOnAsync(int port)
    {
        await Eventually.True(() => AnswersAsync(port), Patience, () => $"nobody listens on {port}. Said: {Said}");
    }

    private async Task<bool> AnswersAsync(int port)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException) when (!_process.HasExited)
        {
            return false;
        }
    }

    /// <summary>The first line that begins so, already said or to come.</summary>
    public async Task<string> LineAsync(string start)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (_lines.FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal)) is { } found)
                return found;
            try
            {
                await _news.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"'{start}' was not said in {Patience}. Said: {Said}");
            }
        }
    }

    public string Said => string.Join('\n', _lines);

    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public async Task ExitAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The program did not end in {Patience}. Said: {Said}");
        }
        Assert.True(_process.ExitCode == 0, $"Exit code {_process.ExitCode}. Said: {Said}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _news.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        _lines.Enqueue(line);
        _news.Release();
    }
}
