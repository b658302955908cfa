using System.Collections.Immutable;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// What one node believes about the network at one moment: the accepted records, seen as models, holders and claims.
/// Immutable; two views with equal <see cref="Version"/> from one node are equal but for liveness.
/// </summary>
public sealed record SwarmView
{
    /// <summary>Grows with every record that changed the view.</summary>
    public required long Version { get; init; }
    /// <summary>The node whose view this is.</summary>
    public required NodeId Self { get; init; }
    /// <summary>The charter's rules.</summary>
    public required Policy Policy { get; init; }
    /// <summary>32 bytes that salt the rendezvous order of this epoch; the same in every view of an epoch.</summary>
    public required Hash256 EpochSalt { get; init; }
    /// <summary>
    /// The number of the epoch that the salt belongs to; claims of an earlier epoch go before later ones.
    /// </summary>
    public ulong Epoch { get; init; }
    /// <summary>Every node with a live record, this one included.</summary>
    public required ImmutableSortedDictionary<NodeId, NodeView> Nodes { get; init; }
    /// <summary>Active entries, ordered by model id.</summary>
    public required ImmutableArray<ModelView> Models { get; init; }
    /// <summary>There are 2^BucketBits buckets.</summary>
    public int BucketBits { get; init; } = Gossip.Buckets.Bucket.MostBits;
    /// <summary>Whether every model is watched, as below the threshold of buckets.</summary>
    public bool WatchesAll { get; init; } = true;
    /// <summary>
    /// The models of which this node knows who holds them. In a network that is parted into buckets others watch the
    /// rest: nothing that is counted of those means anything.
    /// </summary>
    public ImmutableArray<ModelView> Watched => WatchesAll ? Models : [.. Models.Where(m => m.IsWatched)];
    /// <summary>Copies that failed an audit of this node's, and when, Unix milliseconds: they count for
    /// nothing.</summary>
    public ImmutableSortedDictionary<CopyKey, long> FailedAudits { get; init; } =
        ImmutableSortedDictionary<CopyKey, long>.Empty;
}

/// <summary>One node as the viewer sees it.</summary>
public sealed record NodeView
{
    /// <summary>Which node.</summary>
    public required NodeId Id { get; init; }
    /// <summary>Total donation, bytes.</summary>
    public required long DonatedBytes { get; init; }
    /// <summary>Room for more slices, bytes.</summary>
    public required long FreeBytes { get; init; }
    /// <summary>Operator label of the node's own record; empty for none.</summary>
    public string Operator { get; init; } = "";
    /// <summary>Site label; empty for none.</summary>
    public string Site { get; init; } = "";
    /// <summary>The autonomous system that it is in, as it says; 0: not said.</summary>
    public uint Asn { get; init; }
    /// <summary>The country that it stands in (ISO 3166-1 alpha-2), as it says; empty: not said.</summary>
    public string Country { get; init; } = "";
    /// <summary>
    /// The network groups of its addresses ("v4:203.0.113.0/24", "v6:2001:db8:1::/48"); may be empty.
    /// </summary>
    public ImmutableArray<string> Subnets { get; init; } = [];
    /// <summary>It hands its copies over and will leave.</summary>
    public bool Draining { get; init; }
    /// <summary>It takes nothing new.</summary>
    public bool AcceptsNothingNew { get; init; }
    /// <summary>Models of which it takes nothing.</summary>
    public Declines Declines { get; init; } = Declines.None;
    /// <summary>The buckets that it subscribes to, ascending; none: to all.</summary>
    public ImmutableArray<int> Buckets { get; init; } = [];
    /// <summary>When its daemon started, Unix milliseconds by its own clock; 0 when that is not known.</summary>
    public long StartedMs { get; init; }
    /// <summary>Monotonic time (of the viewer) since when the node is absent; null while it is present.</summary>
    public long? AbsentSinceMs { get; init; }

    /// <summary>Monotonic time (of the viewer) until which the node is on probation; null: it is not.</summary>
    public long? YoungUntilMs { get; init; }

    /// <summary>It claimed slices and did not fetch them: its claims count for nothing.</summary>
    public bool BreaksClaims { get; init; }

    /// <summary>Whether the viewer has not known the node for long enough to rely on it.</summary>
    public bool IsYoung(Instant now) => YoungUntilMs > now.MonotonicMs;

    /// <summary>For how long the node has been absent, 0 while present.</summary>
    public long AbsentMs(Instant now) =>
        AbsentSinceMs is { } since ? Math.Max(1, now.MonotonicMs - since) : 0;
}

/// <summary>One active entry with everybody who holds or fetches parts of it.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="Holders">Nodes with a live holding, ordered by node id; this node included.</param>
/// <param name="Claims">Live claims that are not cancelled, ordered by slice, then node id; own included.</param>
public sealed record ModelView(Entry Entry, ImmutableArray<Holder> Holders, ImmutableArray<SliceClaim> Claims)
{
    /// <summary>Live intents to give a slice up, ordered by slice, then node id; own included.</summary>
    public ImmutableArray<SliceIntent> Intents { get; init; } = [];
    /// <summary>When a curator last wrote its entry, Unix milliseconds; 0 when that is not known.</summary>
    public long ChangedMs { get; init; }
    /// <summary>When it was catalogued, as far as its records still tell, Unix milliseconds; 0: long ago.</summary>
    public long AddedMs { get; init; }
    /// <summary>Whether its entry is the founder's own, and not a curator's.</summary>
    public bool IsFounders { get; init; } = true;
    /// <summary>Whether the viewer knows who holds it; if not, others watch it.</summary>
    public bool IsWatched { get; init; } = true;

    /// <summary>Wanted copies of every slice.</summary>
    public int Target(Policy policy) => Entry.Copies > 0 ? Entry.Copies : policy.Copies;
}

/// <summary>One node's signed statement of what it holds of a model.</summary>
/// <param name="Node">Who.</param>
/// <param name="Verified">Slices of which it verified every piece.</param>
/// <param name="Releasing">Slices that its owner wants back: they count until others have replaced them.</param>
/// <param name="InPlace">The owner's own files, outside any donation.</param>
public sealed record Holder(NodeId Node, SliceSet Verified, SliceSet Releasing, bool InPlace)
{
    /// <summary>
    /// Slices that it has given up and not deleted yet: they count for nothing, and can be fetched from it still.
    /// </summary>
    public SliceSet Trash { get; init; } = SliceSet.Empty;
    /// <summary>
    /// Of the verified slices those on a volume that cannot be reached: each counts like the copy of an absent node.
    /// </summary>
    public SliceSet Away { get; init; } = SliceSet.Empty;
    /// <summary>Since when, Unix milliseconds by the holder's clock; 0 when nothing is away.</summary>
    public long AwaySinceMs { get; init; }
}

/// <summary>One node's statement that it is fetching a slice.</summary>
/// <param name="Node">Who.</param>
/// <param name="Slice">Which slice.</param>
/// <param name="Epoch">The epoch whose salt the score was made with.</param>
/// <param name="Score">Weighted rendezvous score; smaller is better.</param>
/// <param name="ProgressPercent">0 to 100.</param>
/// <param name="ProgressAtMs">
/// Monotonic time (of the viewer) at which progress that the viewer believes last grew to more than ever, or the
/// attempt was first seen.
/// </param>
public sealed record SliceClaim(
    NodeId Node, int Slice, ulong Epoch, ulong Score, int ProgressPercent, long ProgressAtMs)
{
    /// <summary>Monotonic time (of the viewer) at which the attempt was first seen.</summary>
    public long BeganMs { get; init; } = ProgressAtMs;

    /// <summary>The viewer asks for proof of its progress, and believes no more of it than was shown.</summary>
    public bool IsDoubted { get; init; }

    /// <summary>Its author could not show what it said is there.</summary>
    public bool IsDisproved { get; init; }

    /// <summary>The total order on claims, the same in every view: (epoch, score, node).</summary>
    public bool IsBetterThan(SliceClaim other) =>
        (Epoch, Score, Node).CompareTo((other.Epoch, other.Score, other.Node)) < 0;
}
