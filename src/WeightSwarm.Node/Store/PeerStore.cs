using System.Net;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Node.Store;

/// <summary>A node that was reached once.</summary>
/// <param name="Node">Who.</param>
/// <param name="EndPoint">Where its gossip port was.</param>
/// <param name="LastSuccessMs">Unix milliseconds of the last session with it.</param>
public sealed record KnownPeer(NodeId Node, IPEndPoint EndPoint, long LastSuccessMs);

/// <summary>
/// Keeps whom to dial after a start: the neighbours of the last run first (anchors), then everybody who was reached.
/// May be called from any thread.
/// </summary>
public sealed class PeerStore
{
    private readonly Database _database;

    internal PeerStore(Database database) => _database = database;

    /// <summary>Remembers peers, in one transaction; a newer success replaces an older one of the same node.</summary>
    public void Upsert(IEnumerable<KnownPeer> peers) => _database.Write(session =>
    {
        session.ExecuteEach(
            "INSERT INTO peer (node, endpoint, last_success_ms) VALUES ($node, $endpoint, $ms) " +
            "ON CONFLICT DO UPDATE SET endpoint = excluded.endpoint, last_success_ms = excluded.last_success_ms " +
            "WHERE excluded.last_success_ms >= last_success_ms",
            peers,
            peer => [
                ("$node", peer.Node.Hash.ToArray()), ("$endpoint", peer.EndPoint.ToString()),
                ("$ms", peer.LastSuccessMs)]);
        return true;
    });

    /// <summary>Peers whose addresses are what they were; of those not known here there is nothing to
    /// remember.</summary>
    public void Seen(IEnumerable<NodeId> nodes, long unixMs) => _database.Write(session =>
    {
        session.ExecuteEach(
            "UPDATE peer SET last_success_ms = max(last_success_ms, $ms) WHERE node = $node", nodes,
            node => [("$node", node.Hash.ToArray()), ("$ms", unixMs)]);
        return true;
    });

    /// <summary>At most <paramref name="limit"/> peers, the latest success first.</summary>
    public IReadOnlyList<KnownPeer> Load(int limit) => _database.Read(session => session.Query(
        "SELECT node, endpoint, last_success_ms FROM peer ORDER BY last_success_ms DESC, node LIMIT $limit",
        row => new KnownPeer(row.Node(0), row.EndPoint(1), row.GetInt64(2)), ("$limit", limit)));

    /// <summary>Forgets peers not reached since <paramref name="unixMs"/>; answers how many.</summary>
    public int DeleteOlderThan(long unixMs) =>
        _database.Write("DELETE FROM peer WHERE last_success_ms < $ms", ("$ms", unixMs));

    /// <summary>Replaces the anchors, the best first.</summary>
    public void SaveAnchors(IEnumerable<Anchor> anchors) => _database.Write(session =>
    {
        session.Execute("DELETE FROM anchor");
        session.ExecuteEach(
            "INSERT INTO anchor (node, endpoint) VALUES ($node, $endpoint)", anchors,
            anchor => [("$node", anchor.Node.Hash.ToArray()), ("$endpoint", anchor.EndPoint.ToString())]);
        return true;
    });

    /// <summary>The anchors, the best first.</summary>
    public IReadOnlyList<Anchor> LoadAnchors() => _database.Read(session => session.Query(
        "SELECT node, endpoint FROM anchor ORDER BY rank", row => new Anchor(row.Node(0), row.EndPoint(1))));
}
