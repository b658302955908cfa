using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>That one slice is to be given up.</summary>
/// <param name="Reason">Why.</param>
/// <param name="DelayMs">So long before its intent may be announced.</param>
/// <param name="DeadlineUnixMs">From then on the owner wins; null: never.</param>
/// <param name="Forbidden">Why this one may not go now, in words; null when it may.</param>
internal sealed record ReleaseWish(ReleaseReason Reason, long DelayMs, long? DeadlineUnixMs, string? Forbidden);

/// <summary>
/// Which slices this node wants to give up: those that free what an owner demands, safest first, and those of which the
/// network has had more copies than N + h for a week.
/// </summary>
internal sealed class ReleaseWishes(NodeId self, ReplicationState replication, SplitMix64 random)
{
    private SortedDictionary<(Hash256 Model, int Slice), ReleaseWish> _wishes = [];
    private SortedDictionary<(Hash256 Model, int Slice), long> _surplusSince = [];

    /// <summary>Whether something is wished for, or will be when it has been seen for long enough.</summary>
    public bool IsWaiting => _wishes.Count > 0 || _surplusSince.Count > 0;

    /// <summary>Every wish, by model and slice.</summary>
    public IReadOnlyDictionary<(Hash256 Model, int Slice), ReleaseWish> All => _wishes;

    /// <summary>The wish for a slice, or null.</summary>
    public ReleaseWish? Of(Hash256 model, int slice) => _wishes.GetValueOrDefault((model, slice));

    /// <summary>The slices that an owner wants back, by model.</summary>
    public SortedDictionary<Hash256, SliceSet> OfOwners() => new(_wishes
        .Where(w => w.Value.Reason != ReleaseReason.Trim).GroupBy(w => w.Key.Model)
        .ToImmutableSortedDictionary(g => g.Key, g => SliceSet.Of(g.Select(w => w.Key.Slice))));

    /// <summary>"trim", "low-space", "disk-fault", "shrink", "drain".</summary>
    public static string Word(ReleaseReason reason) => reason switch
    {
        ReleaseReason.Trim => "trim",
        ReleaseReason.LowSpace => "low-space",
        ReleaseReason.DiskFault => "disk-fault",
        ReleaseReason.Shrink => "shrink",
        _ => "drain",
    };

    /// <summary>Chooses anew. What was chosen before and is still asked for stays chosen.</summary>
    public void Choose(
        SwarmView view, ImmutableArray<ReleaseDemand> demands, ReleaseCircumstances own, Instant now)
    {
        var reader = new ReleaseFactsReader(view, self, now);
        var before = _wishes;
        _wishes = [];
        foreach (var demand in demands) ChooseFor(demand, before, reader, view.Policy.Pace);
        ChooseTrims(view, before, reader, own, now);
    }

    private void ChooseFor(
        ReleaseDemand demand, SortedDictionary<(Hash256 Model, int Slice), ReleaseWish> before,
        ReleaseFactsReader reader, Pace pace)
    {
        var candidates = demand.From
            .SelectMany(held => held.Value.Slices.Select(slice => (Model: held.Key, Slice: slice)))
            .Where(key => replication.Releasable(key.Model).Contains(key.Slice))
            .Select(key => (Key: key, Copies: reader.Of(key.Model, key.Slice) is { } facts
                ? ReleaseRule.Seen(facts) - facts.Target : int.MinValue))
            .OrderByDescending(c => before.TryGetValue(c.Key, out var wish) && wish.Reason == demand.Reason)
            .ThenByDescending(c => c.Copies).ThenBy(c => c.Key.Model).ThenBy(c => c.Key.Slice);
        var wanted = demand.Bytes;
        foreach (var (key, _) in candidates)
        {
            if (wanted <= 0) return;
            var bytes = reader.ModelOf(key.Model)?.Entry.SliceBytes(key.Slice) ?? 1;
            wanted -= Math.Min(bytes, wanted);
            var delay = before.TryGetValue(key, out var known) ? known.DelayMs : random.Below(pace.ReleaseStepMs);
            _wishes[key] = new ReleaseWish(demand.Reason, delay, demand.DeadlineUnixMs, Forbidden: null);
        }
    }

    private void ChooseTrims(
        SwarmView view, SortedDictionary<(Hash256 Model, int Slice), ReleaseWish> before,
        ReleaseFactsReader reader, ReleaseCircumstances own, Instant now)
    {
        var since = _surplusSince;
        _surplusSince = [];
        foreach (var model in view.Models)
            foreach (var slice in replication.Releasable(model.Entry.ModelId).Slices)
            {
                var key = (model.Entry.ModelId, slice);
                if (_wishes.ContainsKey(key) || reader.Of(key.ModelId, slice) is not { } facts) continue;
                // Others' intents are no reason to stop wanting it: the tickets decide between them.
                var surplus = ReleaseRule.Seen(facts) - facts.Needed(ReleaseReason.Trim);
                if (surplus < 0) continue;
                _surplusSince[key] = since.TryGetValue(key, out var at) && own.Forbidden is null
                    ? at : now.MonotonicMs;
                if (now.MonotonicMs - _surplusSince[key] < view.Policy.Pace.SurplusMs) continue;
                var delay = before.TryGetValue(key, out var known)
                    ? known.DelayMs : TrimDelay(view, model, slice, reader, surplus + 1);
                _wishes[key] = new ReleaseWish(
                    ReleaseReason.Trim, delay, DeadlineUnixMs: null, WhyUnsettled(model, view.Policy.Pace, now));
            }
    }

    private static string? WhyUnsettled(ModelView model, Pace pace, Instant now)
    {
        var settle = model.IsFounders ? pace.EntrySettleMs : pace.CuratorSettleMs;
        return now.UnixMs - model.ChangedMs < settle
            ? $"its catalogue entry changed less than {Words.Time(settle)} ago" : null;
    }

    /// <summary>
    /// The worst placed go first: those whose failure domain has another copy, then those that come last in the
    /// rendezvous order. As many as there are surplus copies go at once, each later one a step later.
    /// </summary>
    private long TrimDelay(SwarmView view, ModelView model, int slice, ReleaseFactsReader reader, int surplus)
    {
        var key = Rendezvous.GroupKey(model.Entry, slice);
        var holders = model.Holders
            .Where(h => h.Verified.Contains(slice) && view.Nodes.ContainsKey(h.Node))
            .Select(h => view.Nodes[h.Node]).Where(n => n.Id == self || n.AbsentSinceMs is null).ToList();
        var order = holders
            .OrderByDescending(n => IsDuplicate(n, holders, reader))
            .ThenByDescending(n =>
                Rendezvous.Score(view.EpochSalt, key, n.Id, Rendezvous.Weight(n.DonatedBytes)))
            .ThenBy(n => n.Id).Select(n => n.Id).ToList();
        var slot = Math.Max(0, order.IndexOf(self) - surplus + 1);
        return slot * view.Policy.Pace.ReleaseStepMs + random.Below(view.Policy.Pace.ReleaseJitterMs);
    }

    private static bool IsDuplicate(NodeView node, List<NodeView> holders, ReleaseFactsReader reader)
    {
        var domains = reader.DomainsOf(node);
        return !domains.IsEmpty &&
            holders.Any(other => other.Id != node.Id && reader.DomainsOf(other).Any(domains.Contains));
    }
}
