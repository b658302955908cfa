using System.Collections.Immutable;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Core;

/// <summary>
/// In a network of more nodes than <see cref="BucketRules.Above"/> a node hears only of the models of some buckets:
/// those that it has to do with, and one that is its duty. Below that none of this shows.
/// </summary>
public sealed partial class SwarmCore
{
    private readonly Subscriptions _subscriptions;
    private ImmutableSortedSet<Hash256> _wanted = [];
    private IReadOnlyList<int> _relieved = [];
    private long _bucketsDueMs = long.MaxValue, _reliefMs;

    /// <summary>The buckets that this node subscribes to, ascending; null: to all.</summary>
    public IReadOnlyCollection<int>? Buckets => _subscriptions.IsParted ? [.. _subscriptions.Own] : null;

    /// <summary>The bucket of a model in this network.</summary>
    public int BucketOf(Hash256 model) => Bucket.Of(model, _subscriptions.Rules.Bits);

    /// <summary>Why this node cannot tell how a model does, in words; null when it can.</summary>
    public string? WhyNotWatched(Hash256 model)
    {
        var bucket = BucketOf(model);
        if (_subscriptions.IsWatched(bucket)) return null;
        if (_subscriptions.Has(bucket))
            return "this node has just begun to hear of it, and does not know yet who holds it";
        var others = _views.Nodes.Values.Count(n => n.Buckets.Count == 0 || n.Buckets.Contains((uint)bucket));
        return "others watch it: the network has more nodes than all can hear of, and this model is in bucket " +
            $"{bucket}, of which {Words.Count(others, "node hears", "nodes hear")}";
    }

    private void TendBuckets(Instant now)
    {
        // Whoever makes thousands of keys in a few networks must not part the network.
        var members = _views.Nodes.Count - _views.Census.Over;
        if (_subscriptions.MustPart(members, _views.Parted)) Part(now);
        else if (_subscriptions.MustJoin(members)) Join(now);
        if (now.MonotonicMs < _bucketsDueMs) return;
        Relieve(now);
        if (_subscriptions.Renew(BucketsWanted(), Pace, now)) Resubscribe();
        var wasBusy = _subscriptions.IsBusy;
        if (_subscriptions.Watch(Pace, now)) WatchBuckets();
        if (wasBusy && !_subscriptions.IsBusy) _gossip.UnlinkBuckets();
        var lacksLinks = _gossip.TendBuckets(now);
        _bucketsDueMs = _subscriptions.IsBusy
            ? now.MonotonicMs + Pace.ReconcileMs / (lacksLinks ? 50 : 10) : long.MaxValue;
    }

    /// <summary>What the node holds comes before what it would like to have, and that before what others
    /// need.</summary>
    private IEnumerable<int> BucketsWanted() =>
        _replication.Concerns.Concat(_wanted).Select(BucketOf).Concat(_relieved);

    /// <summary>Looks where takers are missing, once the others have had the time to say what they subscribe
    /// to.</summary>
    private void Relieve(Instant now)
    {
        if (!_subscriptions.IsParted || IsQuiet(now) || now.MonotonicMs - _reliefMs < Pace.ReconcileMs) return;
        (_relieved, _reliefMs) = (Relief.Of(FreshView(), _subscriptions, now), now.MonotonicMs);
    }

    private void Part(Instant now)
    {
        (_relieved, _reliefMs) = ([], now.MonotonicMs);
        _subscriptions.Part(BucketsWanted(), Pace, now);
        foreach (var record in _records.Part(_subscriptions.Rules.Bits, Keeps)) End(record);
        ScopeChanged(now);
    }

    private void Join(Instant now)
    {
        _subscriptions.Join(now);
        _records.Join();
        ScopeChanged(now);
    }

    private void ScopeChanged(Instant now)
    {
        (_bucketsDueMs, _nodeBody) = (now.MonotonicMs, null);
        WatchBuckets();
        _gossip.ScopeChanged(now);
    }

    private void Resubscribe()
    {
        foreach (var record in _records.DropUnkept()) End(record);
        _records.TrimScopes(_subscriptions.Has);
        _nodeBody = null;
        WatchBuckets();
    }

    private void WatchBuckets() =>
        _views.Watch(_subscriptions.IsBusy ? _subscriptions.IsWatched : null);

    private bool Keeps(Records.Record record) => record.Author == Self ||
        Bucket.Of(record, _subscriptions.Rules.Bits) is var bucket &&
        (bucket == Bucket.None || _subscriptions.Has(bucket));

    /// <summary>The node has to do with other models than before: it subscribes to their buckets at the next
    /// tick.</summary>
    private void NoteForBuckets(CoreInput input)
    {
        if (_subscriptions.IsParted && input is CoreInput.SlicesHeld or CoreInput.TrashHeld or CoreInput.ModelsWanted)
            _bucketsDueMs = Now.MonotonicMs;
    }
}
