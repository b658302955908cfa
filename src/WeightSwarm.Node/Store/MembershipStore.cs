using System.Collections.Immutable;
using System.Net;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Node.Store;

/// <summary>An address that an invite named.</summary>
/// <param name="EndPoint">Where to dial.</param>
/// <param name="Node">Who should answer there; null when the invite did not say.</param>
public sealed record InvitePeer(IPEndPoint EndPoint, NodeId? Node);

/// <summary>The network that this node belongs to. Immutable.</summary>
/// <param name="Network">Its id.</param>
/// <param name="Charter">The charter's envelope as received; empty while a joining node has not heard it yet.</param>
/// <param name="InvitePeers">First peers to dial.</param>
/// <param name="JoinedMs">Unix milliseconds of joining or founding.</param>
public sealed record NetworkMembership(
    NetworkId Network, ReadOnlyMemory<byte> Charter, ImmutableArray<InvitePeer> InvitePeers, long JoinedMs);

/// <summary>Keeps which network the node belongs to: none or one. May be called from any thread.</summary>
public sealed class MembershipStore
{
    private readonly Database _database;
    private readonly TimeProvider _time;

    internal MembershipStore(Database database, TimeProvider time) => (_database, _time) = (database, time);

    /// <summary>The membership, or null for a node without a network.</summary>
    public NetworkMembership? Get() => _database.Read(session =>
    {
        var peers = session.Query(
            "SELECT endpoint, node FROM invite_peer ORDER BY endpoint",
            row => new InvitePeer(row.EndPoint(0), row.IsDBNull(1) ? null : row.Node(1)));
        return session.QueryOne(
            "SELECT network, charter, joined_ms FROM membership",
            row => new NetworkMembership(new NetworkId(row.Hash(0)), row.Bytes(1), [.. peers], row.GetInt64(2)));
    });

    /// <summary>
    /// Joins a network, durably. Joining the same one again keeps the known charter (unless a new one is given) and
    /// adds the peers.
    /// </summary>
    /// <exception cref="InvalidOperationException">The node belongs to another network.</exception>
    public void Join(NetworkId network, ReadOnlyMemory<byte> charter, IEnumerable<InvitePeer> peers) => _database.Write(
        session =>
        {
            var known = session.QueryOne("SELECT network FROM membership", row => row.Bytes(0));
            if (known is not null && !known.AsSpan().SequenceEqual(network.Hash.ToArray()))
                throw new InvalidOperationException($"this node belongs to another network than {network}");
            session.Execute(
                "INSERT INTO membership (id, network, charter, joined_ms) VALUES (1, $network, $charter, $now) " +
                "ON CONFLICT DO UPDATE SET charter = excluded.charter WHERE length(excluded.charter) > 0",
                ("$network", network.Hash.ToArray()), ("$charter", charter.ToArray()),
                ("$now", _time.GetUtcNow().ToUnixTimeMilliseconds()));
            session.ExecuteEach(
                "INSERT OR REPLACE INTO invite_peer (endpoint, node) VALUES ($endpoint, $node)", peers,
                peer => [("$endpoint", peer.EndPoint.ToString()), ("$node", peer.Node?.Hash.ToArray())]);
            return true;
        });

    /// <summary>Replaces the charter's envelope by a newer one.</summary>
    /// <exception cref="InvalidOperationException">The node belongs to no network.</exception>
    public void SaveCharter(ReadOnlyMemory<byte> envelope)
    {
        if (_database.Write("UPDATE membership SET charter = $charter", ("$charter", envelope.ToArray())) == 0)
            throw new InvalidOperationException("a node without a network has no charter");
    }
}
