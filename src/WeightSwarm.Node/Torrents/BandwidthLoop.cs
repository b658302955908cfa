using Microsoft.Extensions.Logging;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Node.Torrents;

/// <summary>Puts the limits in force at the daemon's start, and whenever the hour or the engines change.</summary>
public sealed partial class BandwidthLoop(Bandwidth bandwidth, HostFailure failure, ILogger<BandwidthLoop> log)
    : BackgroundLoop(failure)
{
    // The machine's clock may be set, and it may have slept: neither is announced.
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        RateLimits? before = null;
        while (!stopping.IsCancellationRequested)
        {
            TimeZoneInfo.ClearCachedData();
            await bandwidth.ApplyAsync(stopping);
            var now = bandwidth.Decide().Limits;
            if (before is null ? now != default : now != before) LogLimits(now.Up, now.Down);
            before = now;
            await bandwidth.WaitAsync(Most, stopping);
        }
    }

    [LoggerMessage(2101, LogLevel.Information, "Limits in bytes per second (0: none): {Up} up, {Down} down")]
    private partial void LogLimits(int up, int down);
}
