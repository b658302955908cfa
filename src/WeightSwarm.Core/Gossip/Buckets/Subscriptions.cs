using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Gossip.Buckets;

/// <summary>
/// To which buckets this node subscribes, and which of them it watches: of a bucket that it has just begun to hear of
/// it does not know yet who holds what, and judges nothing. Below the threshold it subscribes to all, and watches all.
/// </summary>
internal sealed class Subscriptions(NodeId self, BucketRules rules, long startedMs)
{
    private readonly SortedDictionary<int, Subscription> _of = [];
    private long? _leftMs;
    private bool _hasLeft;

    private sealed class Subscription(long sinceMs, bool compared)
    {
        public long SinceMs { get; } = sinceMs;
        public long ReasonMs { get; set; }
        /// <summary>A comparison with another subscriber came to its end.</summary>
        public bool Compared { get; set; } = compared;
        public bool Watched { get; set; } = compared;
    }

    public BucketRules Rules => rules;

    /// <summary>The bucket that this node watches whatever it holds.</summary>
    public int Duty { get; } = Bucket.DutyOf(self, rules.Bits);

    /// <summary>Whether this node subscribes to some buckets only.</summary>
    public bool IsParted { get; private set; }

    /// <summary>Whether there is anything to tend: it subscribes to some only, or has just begun to hear of
    /// all.</summary>
    public bool IsBusy => IsParted || _leftMs is not null;

    /// <summary>Those to which it subscribes while it does not to all, ascending.</summary>
    public IReadOnlyCollection<int> Own => _of.Keys;

    public bool Has(int bucket) => !IsParted || _of.ContainsKey(bucket);

    /// <summary>Whether the node knows enough of a bucket to judge how its models do.</summary>
    public bool IsWatched(int bucket) => !IsBusy || _of.TryGetValue(bucket, out var one) && one.Watched;

    /// <summary>
    /// Whether it is time to part. A node that joins does as most of those that it finds; one that went back to hearing
    /// all waits for the threshold.
    /// </summary>
    /// <param name="members">Live node records.</param>
    /// <param name="parted">Of these, those that name buckets.</param>
    public bool MustPart(int members, int parted) =>
        !IsParted && (members > rules.Above || !_hasLeft && members >= rules.Below && 2 * parted > members);

    /// <summary>Whether it is time to hear of all again.</summary>
    public bool MustJoin(int members) => IsParted && members < rules.Below;

    /// <summary>From now on only these, most important first. What was known before is known still.</summary>
    public void Part(IEnumerable<int> wanted, Pace pace, Instant now)
    {
        var knewAll = _leftMs is null && now.MonotonicMs - startedMs >= SettleMs(pace);
        (IsParted, _leftMs) = (true, null);
        if (knewAll) _of.Clear();
        Want(wanted, knewAll, now);
        foreach (var (bucket, one) in _of.ToList())
            if (one.ReasonMs != now.MonotonicMs)
                _of.Remove(bucket);
    }

    /// <summary>From now on all. Of those that are new to it nothing is judged for a while.</summary>
    public void Join(Instant now) => (IsParted, _hasLeft, _leftMs) = (false, true, now.MonotonicMs);

    /// <summary>Takes up what there is a reason for now, and drops what there was none for long.</summary>
    /// <returns>Whether it subscribes to others than before.</returns>
    public bool Renew(IEnumerable<int> wanted, Pace pace, Instant now)
    {
        if (!IsParted) return false;
        var added = Want(wanted, knows: false, now);
        var dropped = _of.Where(s => now.MonotonicMs - s.Value.ReasonMs >= KeepMs(pace)).Select(s => s.Key).ToList();
        foreach (var bucket in dropped) _of.Remove(bucket);
        return added || dropped.Count > 0;
    }

    /// <summary>A comparison of this bucket with another subscriber came to its end.</summary>
    public void Compared(int bucket)
    {
        if (_of.TryGetValue(bucket, out var one)) one.Compared = true;
    }

    /// <summary>Looks which buckets are known well enough by now; true when others are watched than before.</summary>
    public bool Watch(Pace pace, Instant now)
    {
        var changed = false;
        if (_leftMs is { } left && now.MonotonicMs - left >= SettleMs(pace))
        {
            _leftMs = null;
            _of.Clear();
            changed = true;
        }
        foreach (var one in _of.Values)
        {
            if (one.Watched) continue;
            var age = now.MonotonicMs - one.SinceMs;
            // If there is nobody to compare with, what came by itself must do.
            one.Watched = age >= (one.Compared ? SettleMs(pace) : AloneMs(pace));
            changed |= one.Watched;
        }
        return changed;
    }

    private bool Want(IEnumerable<int> wanted, bool knows, Instant now)
    {
        var added = false;
        foreach (var bucket in wanted.Prepend(Duty))
        {
            if (!_of.TryGetValue(bucket, out var one))
            {
                if (_of.Count >= Bucket.MostOfNode && !DropIdle(now)) continue;
                _of.Add(bucket, one = new Subscription(now.MonotonicMs, knows));
                added = true;
            }
            one.ReasonMs = now.MonotonicMs;
        }
        return added;
    }

    private bool DropIdle(Instant now)
    {
        var idle = _of.Where(s => s.Value.ReasonMs < now.MonotonicMs).OrderBy(s => s.Value.ReasonMs).Take(1).ToList();
        return idle.Count > 0 && _of.Remove(idle[0].Key);
    }

    /// <summary>What a new bucket brings has come after two rounds of comparisons.</summary>
    private static long SettleMs(Pace pace) => 2 * pace.ReconcileMs;

    private static long AloneMs(Pace pace) => 6 * SettleMs(pace);

    /// <summary>An hour: a bucket is not taken up and dropped with every fetch.</summary>
    private static long KeepMs(Pace pace) => 12 * pace.ReconcileMs;
}
