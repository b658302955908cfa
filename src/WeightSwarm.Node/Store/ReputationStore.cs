using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Node.Store;

/// <summary>
/// Keeps what this node knows of others by its own experience, so that a restart makes nobody a stranger and forgives
/// nobody: since when each is known, who was reached, bans, bad scores. May be called from any thread.
/// </summary>
public sealed class ReputationStore
{
    private const int MostReached = 256;
    private const long BansRememberedMs = 86_400_000, FadeMs = 60_000, MostFades = 256;

    private readonly Database _database;

    internal ReputationStore(Database database) => _database = database;

    /// <summary>Records of these nodes came.</summary>
    /// <param name="nodes">Whose.</param>
    /// <param name="unixMs">When; of a node that is not known yet it is the first time.</param>
    public void Met(IEnumerable<NodeId> nodes, long unixMs) => WriteEach(
        "INSERT INTO acquaintance (node, first_ms, last_ms) VALUES ($node, $ms, $ms) " +
        "ON CONFLICT DO UPDATE SET last_ms = max(last_ms, excluded.last_ms)",
        nodes, node => [("$node", node.Hash.ToArray()), ("$ms", unixMs)]);

    /// <summary>These nodes answered where they were dialled.</summary>
    public void Reached(IEnumerable<Anchor> peers, long unixMs) => WriteEach(
        "INSERT OR REPLACE INTO reached_peer (node, endpoint, reached_ms) VALUES ($node, $endpoint, $ms)",
        peers, peer => [
            ("$node", peer.Node.Hash.ToArray()), ("$endpoint", peer.EndPoint.ToString()), ("$ms", unixMs)]);

    /// <summary>A peer is banned.</summary>
    public void Banned(Ban ban, Instant now) => WriteEach(
        "INSERT OR REPLACE INTO ban (node, address, until_ms, times, reason) " +
        "VALUES ($node, $address, $until, $times, $reason)",
        [ban], b => [
            ("$node", b.Peer.Hash.ToArray()), ("$address", b.Remote.GetAddressBytes()),
            ("$until", b.UntilMs - now.MonotonicMs + now.UnixMs), ("$times", b.Times), ("$reason", b.Reason)]);

    /// <summary>Replaces the scores by these, as they are at a time.</summary>
    public void KeepScores(IReadOnlyCollection<(NodeId Peer, int Points)> scores, long unixMs)
    {
        var none = _database.Read(session => session.Scalar("SELECT count(*) FROM peer_score")) == 0;
        if (none && scores.Count == 0) return;
        _database.Write(session =>
        {
            session.Execute("DELETE FROM peer_score");
            session.ExecuteEach(
                "INSERT INTO peer_score (node, points, at_ms) VALUES ($node, $points, $ms)", scores,
                score => [
                    ("$node", score.Peer.Hash.ToArray()), ("$points", score.Points), ("$ms", unixMs)]);
            return true;
        });
    }

    /// <summary>What the core of a new run is told; what is too old to matter is deleted.</summary>
    /// <param name="anchors">The anchors.</param>
    /// <param name="now">The start of the run.</param>
    public EarlierRun Load(IEnumerable<Anchor> anchors, Instant now)
    {
        LifetimeStore.Forget(_database, now.UnixMs - Pace.Real.LostMs);
        _database.Write("DELETE FROM ban WHERE until_ms < $ms", ("$ms", now.UnixMs - BansRememberedMs));
        _database.Write(
            "DELETE FROM reached_peer WHERE node NOT IN " +
            "(SELECT node FROM reached_peer ORDER BY reached_ms DESC, node LIMIT $most)", ("$most", MostReached));
        return _database.Read(session => new EarlierRun
        {
            Known = [.. session.Query(
                "SELECT node, first_ms FROM acquaintance ORDER BY first_ms, node",
                row => (row.Node(0), row.GetInt64(1)))],
            Anchors = [.. anchors],
            Reached = [.. session.Query(
                "SELECT node, endpoint FROM reached_peer ORDER BY reached_ms DESC, node",
                row => new Anchor(row.Node(0), row.EndPoint(1)))],
            Bans = [.. session.Query(
                "SELECT node, address, until_ms, times, reason FROM ban ORDER BY until_ms, node",
                row => new Ban(row.Node(0), new IPAddress(row.Bytes(1)),
                    row.GetInt64(2) - now.UnixMs + now.MonotonicMs, row.GetInt32(3), row.GetString(4)))],
            Scores = [.. session.Query(
                "SELECT node, points, at_ms FROM peer_score ORDER BY node",
                row => (row.Node(0), Faded(row.GetInt32(1), now.UnixMs - row.GetInt64(2))))
                .Where(score => score.Item2 < 0)],
        });
    }

    /// <summary>A score fades while the node is away as it does while it runs.</summary>
    private static int Faded(int points, long afterMs)
    {
        for (var steps = Math.Min(afterMs / FadeMs, MostFades); steps > 0; steps--) points = points * 15 / 16;
        return points;
    }

    private void WriteEach<T>(
        string sql, IEnumerable<T> items, Func<T, (string Name, object? Value)[]> valuesOf)
    {
        var all = items.ToList();
        if (all.Count == 0) return;
        _database.Write(session =>
        {
            session.ExecuteEach(sql, all, valuesOf);
            return true;
        });
    }
}
