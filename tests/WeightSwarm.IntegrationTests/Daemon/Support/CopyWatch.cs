using System.Globalization;

namespace WeightSwarm.IntegrationTests.Daemon.Support;

/// <summary>Reads `health` over and over, and remembers whether a slice ever had too few copies that count.</summary>
internal sealed class CopyWatch : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Task<string?> _watching;
    private int _looks;

    public CopyWatch(DaemonProcess node, string model, int least) => _watching = Task.Run(
        () => LookAsync(node, model, least));

    /// <summary>Stops looking; fails when there were too few at any time, or when nobody looked.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync();
        Assert.Null(await _watching);
        Assert.True(_looks > 3, $"health was read only {_looks} times");
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _watching;
        _end.Dispose();
    }

    private async Task<string?> LookAsync(DaemonProcess node, string model, int least)
    {
        while (!_end.IsCancellationRequested && node.IsRunning)
        {
            var result = await node.RunAsync("health", model);
            if (result.ExitCode is not (0 or 10)) return result.ToString();
            var copies = result.Json.GetProperty("models")[0].GetProperty("copies");
            var counted = copies.GetProperty("counted").GetInt32();
            if (counted < least)
                return string.Create(CultureInfo.InvariantCulture, $"look {_looks}: {counted} copies of {least}");
            _looks++;
        }
        return null;
    }
}
