using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.Tests.Support;

namespace WeightSwarm.IntegrationTests.Daemon.Clients;

/// <summary>A BitTorrent client that no one here wrote, running until it is disposed.</summary>
internal sealed class StockClient : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _error;
    private readonly Task _output;
    private volatile string _said = "";

    private StockClient(string program, IEnumerable<string> arguments)
    {
        _process = Process.Start(ProgramUnderTest.Start(program, arguments))!;
        _error = _process.StandardError.ReadToEndAsync();
        _output = ReadAsync();
    }

    public static StockClient Start(string program, params string[] arguments) => new(program, arguments);

    /// <summary>libtorrent's own client, which seeds a folder to one peer; returns when it has checked the
    /// files.</summary>
    public static async Task<StockClient> SeedAsync(string torrent, string folder, int peerPort)
    {
        var client = Start("/usr/bin/python3", Script(), "seed", torrent, folder, Text(peerPort));
        await Eventually.True(
            () => client._said.Contains("seeding", StringComparison.Ordinal) || client._process.HasExited,
            TimeSpan.FromSeconds(60), () => "the seeder does not seed");
        Assert.False(client._process.HasExited, "the seeder has ended");
        return client;
    }

    /// <summary>libtorrent's own client, which downloads from one peer; answers which versions its torrent
    /// has.</summary>
    public static async Task<string> FetchAsync(string source, string folder, int peerPort) =>
        (await RunResult.OfAsync("/usr/bin/python3", [Script(), "fetch", source, folder, Text(peerPort)])).Succeeded()
            .Output.Trim();

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        await _output;
        await _error;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line) _said += line + "\n";
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Script([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "libtorrent_client.py");
}
