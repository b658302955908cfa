using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Gossip;

/// <summary>
/// Gossip in a network that is parted into buckets: who hears of which records, to whom a node is linked for each of
/// its buckets, and how these are compared. Without buckets nothing of this is done.
/// </summary>
internal sealed partial class GossipState
{
    private const int LinksOfBucket = 3, MostBucketLinks = 48, MostNeighboursParted = 64, MostBeginnings = 4;
    private const uint GlobalScope = 1, FirstBucketScope = 2;

    private long _scopesAskedMs = long.MinValue;

    /// <summary>Who subscribes to what; null where there are no buckets.</summary>
    public BucketBook? Buckets { get; init; }

    private bool IsParted => _records.IsParted;

    /// <summary>What is compared with everybody: all records or, when parted, those of no bucket.</summary>
    private uint MainScope => IsParted ? GlobalScope : 0;

    private int MostGranted(bool urgent) =>
        IsParted ? MostNeighboursParted : urgent ? MostUrgent : MostNeighbours;

    private int BucketOf(Record record) => Buckets is { IsNeeded: true } book ? book.Of(record) : Bucket.None;

    private bool IsFor(Session session, int bucket) => bucket == Bucket.None || Buckets!.Wants(session.Peer, bucket);

    /// <summary>Whether a link serves a bucket of this node's own, and is not counted among the six.</summary>
    private bool ServesBucket(NodeId peer) => IsParted && Buckets!.Own.Own.Any(b => Buckets.Has(peer, b));

    /// <summary>This node parted from some buckets, or hears of all again: sets are compared anew.</summary>
    public void ScopeChanged(Instant now)
    {
        foreach (var session in All)
        {
            (session.Reconciler, session.ByBucket) = (null, null);
            if (session.Active) StartReconciliation(session, now);
        }
    }

    /// <summary>All has been heard of again: links that there were for buckets are given up.</summary>
    public void UnlinkBuckets()
    {
        foreach (var session in All)
        {
            if (session.ForBucket && session.Active) Unlink(session);
            session.ForBucket = false;
        }
    }

    /// <summary>Compares the own buckets in turn and looks for links to others who have them.</summary>
    /// <returns>Whether there are too few of these.</returns>
    public bool TendBuckets(Instant now)
    {
        if (!IsParted) return false;
        foreach (var session in All)
            if (session.Active) CompareBuckets(session, now);
        foreach (var session in All)
            if (session.Active && session.ForBucket && !ServesBucket(session.Peer)) Unlink(session);
        return Link(now);
    }

    private long ScopesEndMs =>
        _scopesAskedMs == long.MinValue ? long.MaxValue : _scopesAskedMs + 4 * Pace.ReconcileMs;

    /// <summary>Below the threshold records are told apart only while others ask for it.</summary>
    private void ForgetScopes(Instant now)
    {
        if (now.MonotonicMs < ScopesEndMs) return;
        _scopesAskedMs = long.MinValue;
        _records.ForgetScopes();
    }

    private void CompareBuckets(Session session, Instant now)
    {
        var begun = 0;
        foreach (var bucket in Buckets!.Own.Own)
        {
            if (!Buckets.Has(session.Peer, bucket)) continue;
            var one = session.OfBucket(bucket);
            if (!IsDue(one.LastMs, Pace.ReconcileMs, now) || begun++ >= MostBeginnings) continue;
            one.LastMs = now.MonotonicMs;
            one.Reconciler ??= new Reconciler(_records.BucketIndex(bucket, Buckets.Own.Rules.Bits), TrustsPeers);
            SendOpening(session, one.Reconciler, (uint)bucket + FirstBucketScope);
        }
    }

    /// <summary>A message about other records than those that this node compares with everybody.</summary>
    private void OnScoped(Session session, V1.Reconcile message, Instant now)
    {
        session.UsedMs = now.MonotonicMs;
        if (message.Scope > ReconcileLimits.MaxScope)
        {
            var what = $"a reconciliation was refused: scope {message.Scope}";
            Blame(session, Admission.Offence.Malformed, what, now);
            return;
        }
        if (message.Answer)
        {
            if (message.Scope >= FirstBucketScope) OnBucketAnswer(session, message, now);
            return;
        }
        if (IndexFor(message.Scope, now) is not { } index)
        {
            // Who hears of all is told so, and is compared with scope by scope.
            if (message.Scope == 0 && !session.AgainSoon &&
                IsDue(session.LastReconcileMs, Pace.ReconcileMs / 10, now)) ReconcileSoon(session, now);
            SayNothing(session, message);
            return;
        }
        var step = new Reconciler(index, TrustsPeers).Handle(message);
        if (!Carry(session, message, step, now)) return;
        if (message.Scope >= FirstBucketScope && IsEqual(step)) Compared(session, BucketOf(message), now);
    }

    private void OnBucketAnswer(Session session, V1.Reconcile message, Instant now)
    {
        if (session.ByBucket?.GetValueOrDefault(BucketOf(message)) is not { Reconciler: { } reconciler }) return;
        var step = reconciler.Handle(message);
        if (Carry(session, message, step, now) && step.Outcome == ReconcileOutcome.Done)
            Compared(session, BucketOf(message), now);
    }

    private void Compared(Session session, int bucket, Instant now)
    {
        if (!IsParted || !Buckets!.Own.Has(bucket)) return;
        session.OfBucket(bucket).LastMs = now.MonotonicMs;
        if (Buckets.Has(session.Peer, bucket)) Buckets.Own.Compared(bucket);
    }

    private static bool IsEqual(ReconcileStep step) =>
        step is { Outcome: ReconcileOutcome.Done, ToPush.Count: 0, ToWant.Count: 0 };

    private static int BucketOf(V1.Reconcile message) => (int)(message.Scope - FirstBucketScope);

    private RecordIndex? IndexFor(uint scope, Instant now)
    {
        if (scope == 0 || Buckets is null) return null;
        if (scope >= FirstBucketScope && !Buckets.Own.Has((int)(scope - FirstBucketScope))) return null;
        _scopesAskedMs = now.MonotonicMs;
        var bits = Buckets.Own.Rules.Bits;
        return scope == GlobalScope ? _records.GlobalIndex(bits)
            : scope - FirstBucketScope < 1u << bits ? _records.BucketIndex((int)(scope - FirstBucketScope), bits)
            : null;
    }

    /// <summary>The answer that ends a session.</summary>
    private void SayNothing(Session session, V1.Reconcile message) => _outbox.Send(session.Id, new V1.Frame
    {
        Reconcile = new V1.Reconcile { Session = message.Session, Answer = true, Scope = message.Scope },
    });

    private static bool IsComparingBuckets(Session session)
    {
        if (session.ByBucket is null) return false;
        foreach (var one in session.ByBucket.Values)
            if (one.Reconciler is { IsOpen: true })
                return true;
        return false;
    }

    /// <summary>
    /// Asks for links, and dials for them, until each own bucket has three to others who have it: those first that have
    /// the fewest. Whoever has very many buckets gets one link for most of them.
    /// </summary>
    private bool Link(Instant now)
    {
        if (LinksByBucket() is not { Count: > 0 } lacking) return false;
        foreach (var session in All)
            if (session.Greeted && AskForBuckets(session, lacking.Select(l => l.Bucket), now))
                lacking = LinksByBucket();
        if (lacking.Count == 0) return false;
        var subscribers = Buckets!.SubscribersOf(lacking.Select(l => l.Bucket));
        var isLacking = false;
        foreach (var (_, bucket) in lacking)
        {
            var some = subscribers[bucket];
            some.RemoveAll(n => n == _self || SessionWith(n) is not null || !_addressesOf.ContainsKey(n));
            isLacking |= some.Count > 0;
            if (_dialling < MostDials && some.Count > 0)
                Dial(AddressesOf(some[(int)_random.Below(some.Count)]), now);
        }
        return isLacking;
    }

    /// <summary>The own buckets with too few links, those with the fewest first.</summary>
    private List<(int Links, int Bucket)> LinksByBucket()
    {
        if (Count(static s => s.ForBucket && s.WeAskedActive) >= MostBucketLinks) return [];
        List<(int Links, int Bucket)> lacking = [];
        foreach (var bucket in Buckets!.Own.Own)
        {
            var links = Count(s => s.WeAskedActive && Buckets.Has(s.Peer, bucket));
            if (links < LinksOfBucket) lacking.Add((links, bucket));
        }
        lacking.Sort();
        return lacking;
    }

    private bool AskForBuckets(Session session, IEnumerable<int> lacking, Instant now)
    {
        if (session.WeAskedActive || !lacking.Any(b => Buckets!.Has(session.Peer, b))) return false;
        if (!Ask(session, now)) return false;
        return session.ForBucket = true;
    }

    /// <summary>A stream that was opened for a bucket becomes a link as soon as it is greeted.</summary>
    private void AskForBuckets(Session session, Instant now)
    {
        if (IsParted && !session.WeAskedActive) AskForBuckets(session, LinksByBucket().Select(l => l.Bucket), now);
    }
}
