using System.Net;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Gossip;

/// <summary>One stream to a peer, as the gossip state keeps it.</summary>
internal sealed class Session(
    SessionId id, NodeId peer, bool outbound, IPEndPoint remote, LinkCount links, Instant now)
{
    public SessionId Id { get; } = id;
    public NodeId Peer { get; } = peer;
    public bool Outbound { get; } = outbound;
    public IPEndPoint Remote { get; } = remote;
    public long OpenedMs { get; } = now.MonotonicMs;
    /// <summary>When it last served anything but probes.</summary>
    public long UsedMs { get; set; } = now.MonotonicMs;
    /// <summary>When it last brought a record that was new.</summary>
    public long BroughtMs { get; set; } = long.MinValue;
    /// <summary>The peer's pulse once it has greeted: what everybody goes by who asks whether it lives.</summary>
    public Liveness.Pulse? Pulse { get; set; }
    public long LastHeardMs { get; set; } = now.MonotonicMs;
    public long LastPingMs { get; set; } = long.MinValue;
    /// <summary>When the peer last pinged.</summary>
    public long LastPingedMs { get; set; } = long.MinValue;
    public ulong PingNonce { get; set; }
    public long RttMs { get; set; } = -1;
    public bool Greeted { get; set => field = links.Note(field, value); }
    /// <summary>What the peer may still send.</summary>
    public Admission.SessionBudget Budget { get; } = new();
    public bool WeAskedActive { get; set => field = links.Note(field, value); }
    public bool TheyAskedActive { get; set => field = links.Note(field, value); }
    /// <summary>When this side last asked; a refusal holds for a while.</summary>
    public long AskedMs { get; set; } = long.MinValue;

    /// <summary>Both sides want the link in the overlay.</summary>
    public bool Active => Greeted && WeAskedActive && TheyAskedActive;

    /// <summary>Records go out on this link at once; otherwise only their ids do.</summary>
    public bool Eager { get; set; } = true;

    /// <summary>When the other end was last told that the link is lazy.</summary>
    public long PrunedMs { get; set; } = long.MinValue;

    /// <summary>Anti-entropy with this peer; made at its first use.</summary>
    public Reconciliation.Reconciler? Reconciler { get; set; }

    /// <summary>The link is there for a bucket, and is none of the six.</summary>
    public bool ForBucket { get; set => field = links.Note(field, value); }

    /// <summary>Anti-entropy of single buckets with this peer; null while there was none.</summary>
    public SortedDictionary<int, BucketComparison>? ByBucket { get; set; }

    /// <summary>That of one bucket.</summary>
    public BucketComparison OfBucket(int bucket)
    {
        ByBucket ??= [];
        if (!ByBucket.TryGetValue(bucket, out var one)) ByBucket.Add(bucket, one = new BucketComparison());
        return one;
    }

    /// <summary>The next reconciliation has its moment, neither sooner nor later.</summary>
    public bool AgainSoon { get; set; }

    public long LastReconcileMs { get; set; } = long.MinValue;

    /// <summary>Since when the next reconciliation waits for its turn; <see cref="long.MaxValue"/> while it does
    /// not.</summary>
    public long WaitsSinceMs { get; set; } = long.MaxValue;

    /// <summary>Short ids of the renewals that were pushed lately; true: in front of what they keep, and not asked for
    /// since. Null for none.</summary>
    public SortedDictionary<ulong, bool>? Renewals { get; set; }

    /// <summary>Since when those are remembered.</summary>
    public long RenewalsMs { get; set; }

    /// <summary>Ids to announce when that is due.</summary>
    public SortedSet<ulong> Announce { get; } = [];
}

/// <summary>Anti-entropy of one bucket with one peer.</summary>
internal sealed class BucketComparison
{
    /// <summary>Made at its first use as an initiator.</summary>
    public Reconciliation.Reconciler? Reconciler { get; set; }

    public long LastMs { get; set; } = long.MinValue;
}

/// <summary>A peer with an open stream, for people.</summary>
/// <param name="Peer">Who.</param>
/// <param name="Remote">Its address on this stream.</param>
/// <param name="Active">Whether it is a neighbour in the overlay.</param>
/// <param name="RttMs">Last round trip, -1 while unknown.</param>
public sealed record PeerSession(NodeId Peer, IPEndPoint Remote, bool Active, long RttMs);
