using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Torrents;
using WeightSwarm.Node.Web;

namespace WeightSwarm.Node.Hosting;

/// <summary>Starts last: says which ports the daemon has, tells systemd that it is ready, and keeps its watchdog
/// quiet.</summary>
public sealed class Readiness(
    DaemonOptions options, StateFolder state, NodeKey key, GossipServer gossip, EngineHost engine, LocalWeb web,
    SwarmInbox inbox, Clock clock, HostFailure failure, SystemdNotifier systemd) : BackgroundLoop(failure)
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        Console.WriteLine(
            $"weightswarm {DaemonVersion.Text}: node {key.Id} in {state.FolderPath}\n" +
            $"listening on {options.Listen}: gossip {gossip.Port}, torrent {engine.Engine.ListenPort}; " +
            $"http on 127.0.0.1: {web.Port}");
        systemd.Ready($"node {key.Id.Brief}");
        using var timer = new PeriodicTimer(systemd.WatchdogTimeout / 2 ?? TimeSpan.FromSeconds(30), clock.Time);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            // Only a loop that still answers earns the next span.
            var held = await inbox.AskAsync(core => core?.Held.Values.Sum(s => s.Count) ?? 0, stopping);
            systemd.Watchdog();
            systemd.Status($"holds {held} slices");
        }
    }
}
