using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>Which members subscribe to some buckets only, and which models this node watches.</summary>
public sealed partial class SwarmViewBuilder
{
    private Func<int, bool>? _watches;

    /// <summary>There are 2^BucketBits buckets.</summary>
    internal int BucketBits { get; init; } = Bucket.MostBits;

    /// <summary>Members whose records name buckets.</summary>
    internal int Parted { get; private set; }

    /// <summary>What a member says of itself, or null.</summary>
    internal V1.Node? BodyOf(NodeId node) => _known.Find(node).Body;

    /// <summary>Only models of these buckets are watched from now on; null: all are.</summary>
    internal void Watch(Func<int, bool>? watches)
    {
        _watches = watches;
        _version++;
    }

    private void NoteBuckets(V1.Node? before, V1.Node? after) =>
        Parted += (after?.Buckets.Count > 0 ? 1 : 0) - (before?.Buckets.Count > 0 ? 1 : 0);

    private ModelView Seen(ModelView view, ModelParts parts)
    {
        if (_watches is null && view.IsWatched) return view;
        var watched = _watches?.Invoke(parts.Bucket ??= Bucket.Of(view.Entry.ModelId, BucketBits)) ?? true;
        return watched == view.IsWatched ? view : parts.View = view with { IsWatched = watched };
    }
}
