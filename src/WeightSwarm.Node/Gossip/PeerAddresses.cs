using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Node.Gossip;

/// <summary>The addresses that a node's own record names.</summary>
public static class PeerAddresses
{
    /// <summary>Gossip addresses; empty for an unknown node or one that cannot be reached from outside.</summary>
    public static IReadOnlyList<IPEndPoint> Of(SwarmCore? core, NodeId node) => Of(core, node, e => e.GossipPort);

    /// <summary>BitTorrent addresses; empty likewise.</summary>
    public static IReadOnlyList<IPEndPoint> TorrentOf(SwarmCore? core, NodeId node) =>
        Of(core, node, e => e.TorrentPort);

    private static IReadOnlyList<IPEndPoint> Of(SwarmCore? core, NodeId node, Func<V1.Endpoint, uint> port) =>
        core is not null && core.Nodes.TryGetValue(node, out var record)
            ? [.. record.Endpoints.Where(e => port(e) > 0)
                .Select(e => new IPEndPoint(new IPAddress(e.Ip.Span), (int)port(e)))]
            : [];
}
