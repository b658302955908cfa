using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Gossip.Admission;

/// <summary>The scores of peers, kept after they have left: for a day, and for 4,096 of them.</summary>
internal sealed class PeerBook
{
    private const int MostPeers = 4096;
    private const long KeptMs = 86_400_000;

    private readonly SortedDictionary<NodeId, Known> _peers = [];
    private readonly SortedDictionary<Offence, long> _offences = [];

    private sealed class Known
    {
        public PeerScore Score { get; } = new();
        public long SeenMs { get; set; }
    }

    /// <summary>Offences of all peers since the start.</summary>
    public IReadOnlyDictionary<Offence, long> Offences => _offences;

    /// <summary>Points of a peer; 0 for one that is not in the book.</summary>
    public int PointsOf(NodeId peer, long nowMs) =>
        _peers.TryGetValue(peer, out var known) ? known.Score.At(nowMs) : 0;

    /// <summary>How a peer is treated.</summary>
    public Standing StandingOf(NodeId peer, long nowMs) => PeerScore.StandingOf(PointsOf(peer, nowMs));

    /// <summary>Takes over what an earlier run thought of a peer.</summary>
    public void Recall(NodeId peer, int points, long nowMs) => Open(peer, nowMs).Recall(points, nowMs);

    /// <summary>Peers with a score below zero, and it.</summary>
    public IEnumerable<(NodeId Peer, int Points)> Bad(long nowMs) =>
        _peers.Select(p => (p.Key, p.Value.Score.At(nowMs))).Where(p => p.Item2 < 0);

    /// <summary>The peer was the first to bring a record.</summary>
    public void Commend(NodeId peer, long nowMs) => Open(peer, nowMs).Delivered(nowMs);

    /// <summary>The peer did what it must not; answers how it is treated from now on.</summary>
    public Standing Blame(NodeId peer, Offence offence, long nowMs)
    {
        _offences[offence] = _offences.GetValueOrDefault(offence) + 1;
        var score = Open(peer, nowMs);
        score.Did(offence, nowMs);
        return PeerScore.StandingOf(score.At(nowMs));
    }

    /// <summary>The peer has been banned for what it did.</summary>
    public void Settle(NodeId peer, long nowMs) => Open(peer, nowMs).Settle(nowMs);

    private PeerScore Open(NodeId peer, long nowMs)
    {
        if (!_peers.TryGetValue(peer, out var known))
        {
            if (_peers.Count >= MostPeers) MakeRoom(nowMs);
            _peers.Add(peer, known = new Known());
        }
        known.SeenMs = nowMs;
        return known.Score;
    }

    /// <summary>Those not seen for long go, else those with the least to remember.</summary>
    private void MakeRoom(long nowMs)
    {
        var old = _peers.Where(p => nowMs - p.Value.SeenMs > KeptMs).Select(p => p.Key).ToList();
        if (old.Count == 0)
            old = [.. _peers.OrderByDescending(p => p.Value.Score.At(nowMs)).Select(p => p.Key).Take(MostPeers / 8)];
        foreach (var peer in old) _peers.Remove(peer);
    }
}
