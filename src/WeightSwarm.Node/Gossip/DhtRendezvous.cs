using System.Net;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Origins;
using WeightSwarm.Node.Torrents;

namespace WeightSwarm.Node.Gossip;

/// <summary>
/// Meets the other nodes of the network in the mainline DHT (BEP 5): announces the gossip port under the SHA-1 of the
/// network id, and gives the core the addresses that others announced there. Anybody may announce anything: an address
/// is worth a dial, and no more until a key of the network answers. Does nothing on loopback.
/// </summary>
public sealed partial class DhtRendezvous(
    DaemonOptions options, EngineHost engine, SwarmInbox inbox, GossipServer server, Reach reach, Clock clock,
    HostFailure failure, ILogger<DhtRendezvous> log) : BackgroundLoop(failure)
{
    private const int MostAtOnce = 32, MostRemembered = 4096;
    private const string NodesCounter = "dht.dht_nodes";

    private static readonly TimeSpan
        _lookUpWait = TimeSpan.FromSeconds(8), _look = TimeSpan.FromSeconds(1), _calmLook = TimeSpan.FromSeconds(10);

    private readonly DhtSchedule _schedule = new();
    private readonly HashSet<IPEndPoint> _found = [];
    private readonly AddressRule _rule = RuleFor(options);
    private bool _entered = true;

    /// <summary>The key of a network in the DHT.</summary>
    public static byte[] KeyOf(NetworkId network) => Sha1.Of(network.Hash.ToArray());

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        if (options.StaysOnLoopback)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, clock.Time, stopping);
            return;
        }
        while (true)
        {
            var (network, alone) = await inbox.AskAsync(
                core => (core?.Network, core is not null && !core.Peers.Any()), stopping);
            var port = reach.Now.OutsidePort ?? server.Port;
            if (network is { } id && _schedule.IsDue(clock.Now.MonotonicMs, alone, port))
                await RoundAsync(KeyOf(id), port, stopping);
            await Task.Delay(alone || network is null ? _look : _calmLook, clock.Time, stopping);
        }
    }

    private async Task RoundAsync(byte[] key, int port, CancellationToken stopping)
    {
        var nodes = await NodesAsync(stopping);
        // The entrances were perhaps looked for while this machine had no network yet.
        if (nodes == 0 && !_entered) await engine.Engine.EnterDhtAsync(stopping);
        _entered = false;
        await engine.Engine.DhtAnnounceAsync(key, port, stopping);
        var named = await engine.Engine.DhtLookupAsync(key, _lookUpWait, stopping);
        var usable = named.Where(IsUsable).Take(MostAtOnce).ToList();
        if (usable.Count > 0) inbox.Post(new CoreInput.Found(usable));
        foreach (var address in usable.Where(_ => _found.Count < MostRemembered)) _found.Add(address);
        nodes = await NodesAsync(stopping);
        reach.SetDht(nodes, _found.Count);
        _schedule.Done(clock.Now.MonotonicMs, nodes);
        LogRound(nodes, usable.Count);
    }

    private async Task<long> NodesAsync(CancellationToken stopping) =>
        (await engine.Engine.GetCountersAsync(stopping)).GetValueOrDefault(NodesCounter);

    private bool IsUsable(IPEndPoint address) => address.Port > 0 && _rule.Allows(address.Address);

    /// <summary>A stranger's word must not make this node knock at doors of its owner's own network; in a DHT of the
    /// owner's choice there are no strangers.</summary>
    private static AddressRule RuleFor(DaemonOptions options) =>
        new(Public: true, Private: options.DhtNodes.Count > 0, Loopback: false);

    [LoggerMessage(1020, LogLevel.Debug, "The DHT: {Nodes} nodes, which named {Found} addresses of this network")]
    private partial void LogRound(long nodes, int found);
}
