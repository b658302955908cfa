using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Buckets;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// Who takes a slice when everybody acts in turn: of those who could, the first in the rendezvous order. The scores are
/// made once for each group of slices. Established nodes go before those on probation, for whom nobody waits; then
/// those who hear of the model's bucket before those who would have to subscribe to it first, as they do where takers
/// are few; and then those with a place left where they are before the crowded ones (<see cref="Crowds"/>).
/// </summary>
internal sealed class Placement
{
    private readonly NodeIndex _nodes;
    private readonly int[] _candidates;
    private readonly ulong[] _scores;
    private (Hash256 Model, int Group) _group = (default, -1);
    private int _bucket = Bucket.None;

    public Placement(NodeIndex nodes)
    {
        _nodes = nodes;
        _candidates = [.. Enumerable.Range(0, nodes.Count).Where(n => nodes.Room[n] >= 0)];
        _scores = new ulong[_candidates.Length];
    }

    /// <summary>The node that takes the slice that was tallied last; -1 for none.</summary>
    public int First(Entry model, int slice, long bytes, bool withProbation)
    {
        Enter(model, slice);
        var best = -1;
        for (var i = 0; i < _candidates.Length; i++)
        {
            var node = _candidates[i];
            if (_nodes.Room[node] < bytes || _nodes.IsHolding(node)) continue;
            if (_nodes.OnProbation[node] && !withProbation) continue;
            if (best >= 0 && !IsBefore(i, best)) continue;
            if (_nodes.OccupiedClash(node, out _) < 0 && !_nodes.Consent.IsDeclined(node, model)) best = i;
        }
        return best < 0 ? -1 : _candidates[best];
    }

    private bool IsBefore(int one, int other) => PlaceOf(one).CompareTo(PlaceOf(other)) < 0;

    private (bool, bool, Crowding, ulong) PlaceOf(int candidate)
    {
        var node = _candidates[candidate];
        return (
            _nodes.OnProbation[node], !_nodes.HearsOf(node, _bucket), _nodes.Crowds?.Of(node) ?? Crowding.None,
            _scores[candidate]);
    }

    private void Enter(Entry model, int slice)
    {
        var group = (model.ModelId, slice / Rendezvous.GroupSize(model));
        if (group == _group) return;
        _group = group;
        _bucket = _nodes.BucketOf(model);
        var order = Rendezvous.OrderDigest(_nodes.View.EpochSalt, Rendezvous.GroupKey(model, slice));
        for (var i = 0; i < _candidates.Length; i++)
            _scores[i] = Rendezvous.Score(order, _nodes.Digests[_candidates[i]], _nodes.Weights[_candidates[i]]);
    }
}
