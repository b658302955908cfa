using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>Who else could take a slice, seen from this node.</summary>
/// <param name="Rank">How many of them come before this node in the order.</param>
/// <param name="Others">How many others could take it.</param>
/// <param name="Full">How many others could take it but for their room.</param>
internal readonly record struct TakerCount(int Rank, int Others, int Full)
{
    /// <summary>The place that has its share already, for which this node stands further back; null for none.</summary>
    public PlaceShare? Share { get; init; }

    /// <summary>Whether some of those before this node are less crowded, and so are given time to act.</summary>
    public bool Yields { get; init; }
}

/// <summary>
/// Finds this node's place among those that could take a slice: present, accepting, with room, not on probation, not
/// holding, claiming or declining it, and in no failure domain that has a copy. Scores are made once for each group of
/// slices and reused for its slices, so that a slice costs a few nanoseconds for each candidate.
/// </summary>
internal sealed class Takers
{
    private readonly NodeIndex _nodes;
    private readonly int[] _candidates;
    private readonly ulong[] _scores;
    private readonly bool[] _eligible;
    private readonly Int128[] _asked;
    private readonly ulong _ownDigest, _ownWeight;
    private readonly CrowdedOrder? _crowded;
    private Hash256 _model;
    private Entry? _entered;
    private int _group = -1, _bucket;
    private bool _scored;

    public Takers(NodeIndex nodes, OwnSituation own)
    {
        _nodes = nodes;
        // Nobody waits for the turn of those on probation: there may be thousands, and who they are costs them nothing.
        // Nor for those who claim and do not fetch.
        _candidates = Enumerable.Range(0, nodes.Count)
            .Where(n => nodes.Room[n] >= 0 && !nodes.OnProbation[n] && !nodes.Nodes[n].BreaksClaims && n != nodes.Self)
            .ToArray();
        _scores = new ulong[_candidates.Length];
        _eligible = new bool[_candidates.Length];
        _asked = new Int128[_candidates.Length];
        _crowded = nodes.Crowds is { } crowds ? new CrowdedOrder(crowds, _candidates, _scores, _eligible, nodes.Self)
            : null;
        _ownDigest = Rendezvous.NodeDigest(nodes.View.Self);
        // The weight that the others know, so that all agree on the order; its own only until it has a record.
        _ownWeight = nodes.Self >= 0 ? nodes.Weights[nodes.Self] : Rendezvous.Weight(own.RoomBytes);
    }

    /// <summary>
    /// Bytes that the others will surely take of the slices counted so far: each three quarters of its room, or all
    /// that it could take where that is less.
    /// </summary>
    public Int128 OthersUsableRoom
    {
        get
        {
            Int128 sum = 0;
            for (var i = 0; i < _candidates.Length; i++) sum += Usable(_nodes.Room[_candidates[i]], _asked[i]);
            return sum;
        }
    }

    /// <summary>What a node with so much room surely takes of so many bytes that it could take.</summary>
    public static Int128 Usable(long room, Int128 asked) => Int128.Min(asked, (Int128)room * 3 / 4);

    /// <summary>This node's score in the group entered last.</summary>
    public ulong OwnScore { get; private set; }

    /// <summary>The digest of the group entered last.</summary>
    public ulong OrderDigest { get; private set; }

    /// <summary>Turns to the group of a slice; must come before the other questions about it.</summary>
    public void Enter(Entry model, int slice)
    {
        _entered = model;
        var group = slice / Rendezvous.GroupSize(model);
        if (group == _group && model.ModelId == _model) return;
        (_model, _group, _scored) = (model.ModelId, group, false);
        _bucket = _nodes.BucketOf(model);
        OrderDigest = Rendezvous.OrderDigest(_nodes.View.EpochSalt, Rendezvous.GroupKey(model, slice));
        OwnScore = Rendezvous.Score(OrderDigest, _ownDigest, _ownWeight);
    }

    /// <summary>
    /// Counts the candidates for the slice that was tallied last, which must be of the group entered.
    /// </summary>
    public TakerCount Count(long bytes)
    {
        var count = Look(bytes);
        for (var i = 0; i < _candidates.Length; i++)
            if (_eligible[i])
                _asked[i] += bytes;
        return count;
    }

    /// <summary>The same for a slice that nobody is to take now: none of their room is spoken for.</summary>
    public TakerCount Look(long bytes)
    {
        if (!_scored) ScoreAll();
        int others = 0, full = 0;
        for (var i = 0; i < _candidates.Length; i++)
        {
            var node = _candidates[i];
            _eligible[i] = false;
            if (_nodes.IsHolding(node) || _nodes.IsIdle(node) || _nodes.OccupiedClash(node, out _) >= 0) continue;
            if (_nodes.Consent.IsDeclined(node, _entered!) || !_nodes.HearsOf(node, _bucket)) continue;
            if (_nodes.Room[node] < bytes)
            {
                full++;
                continue;
            }
            others++;
            _eligible[i] = true;
        }
        if (_crowded is not null) return _crowded.Stand(new TakerCount(0, others, full));
        var rank = Rendezvous.RankOf(OwnScore, _nodes.Self, _scores, _candidates, _eligible);
        return new TakerCount(rank, others, full);
    }

    /// <summary>This node's jitter for a slice of the group entered.</summary>
    public long Jitter(int slice, long boundMs) => Rendezvous.Jitter(OrderDigest, _ownDigest, slice, boundMs);

    private void ScoreAll()
    {
        _scored = true;
        for (var i = 0; i < _candidates.Length; i++)
            _scores[i] = Rendezvous.Score(OrderDigest, _nodes.Digests[_candidates[i]], _nodes.Weights[_candidates[i]]);
        _crowded?.Sort(OwnScore);
    }
}
