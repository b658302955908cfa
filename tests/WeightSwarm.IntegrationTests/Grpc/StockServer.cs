using System.Diagnostics;
using System.Globalization;

namespace WeightSwarm.IntegrationTests.Grpc;

/// <summary>probe_server.py as a process, for as long as the object lives.</summary>
internal sealed class StockServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _stubs;

    private StockServer(Process process, DirectoryInfo stubs)
    {
        _process = process;
        _stubs = stubs;
    }

    public int Port { get; private set; }

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>Starts a server on the address, such as "127.0.0.1:0" or "unix:/path".</summary>
    public static async Task<StockServer> StartAsync(string address = "127.0.0.1:0")
    {
        var stubs = Directory.CreateTempSubdirectory("probe-stubs");
        var server = new StockServer(StockGrpc.Start("probe_server.py", stubs, address), stubs);
        var line = await server.ReadLineAsync();
        if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            server.Port = port;
            return server;
        }

        var errors = await server._process.StandardError.ReadToEndAsync();
        await server.DisposeAsync();
        throw new InvalidOperationException($"probe_server.py does not start: {line} {errors}");
    }

    /// <summary>The next line that the server prints, or null if it ended.</summary>
    public async Task<string?> ReadLineAsync() => await _process.StandardOutput.ReadLineAsync();

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _stubs.Delete(recursive: true);
    }
}
