using Microsoft.Extensions.Logging;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Torrents;

namespace WeightSwarm.Node.Gossip;

/// <summary>
/// Asks the router for a way to the gossip port (UPnP, NAT-PMP), until one is given; the engine keeps it up from then
/// on. Asks nobody on loopback.
/// </summary>
public sealed partial class PortMapper(
    DaemonOptions options, EngineHost engine, GossipServer server, NetworkService network, Reach reach, Clock clock,
    HostFailure failure, ILogger<PortMapper> log) : BackgroundLoop(failure)
{
    private static readonly TimeSpan _answerWait = TimeSpan.FromSeconds(30), _between = TimeSpan.FromMinutes(30);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (!options.StaysOnLoopback)
        {
            if (await engine.Engine.MapPortAsync(server.Port, _answerWait, stopping) is { } outside and > 0)
            {
                LogMapped(outside, server.Port);
                reach.SetOutsidePort(outside);
                network.DescribeAgain();
                break;
            }
            await Task.Delay(_between, clock.Time, stopping);
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, clock.Time, stopping);
    }

    [LoggerMessage(1021, LogLevel.Information, "The router leads port {Outside} to the gossip port {Inside}")]
    private partial void LogMapped(int outside, int inside);
}
