using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Core.Auditing;

/// <summary>
/// Finds what this node has to audit: all copies once when it begins, then those of models that changed, and those
/// whose epochs begin. A copy that was not claimed before, and all copies of a holder that restarted, come at once.
/// </summary>
internal sealed class AuditSurvey(NodeId self, AuditBook book, AuditDuties duties)
{
    /// <summary>Leaves after a restart of the holder, in place of the one of that period.</summary>
    private const int RestartLeaves = 4;

    /// <summary>And not again before so many periods.</summary>
    private const int RestartPeriods = 30;

    private const int MostDoublings = 5;

    private readonly SortedDictionary<Hash256, Seen> _seen = [];
    private readonly SortedDictionary<NodeId, long> _started = [];
    private ImmutableSortedDictionary<NodeId, NodeView>? _nodes;
    private AuditSchedule? _schedule;
    private (SwarmView View, Instant Now)? _surveyed;
    private long _version = -1, _surveyedUnixMs = long.MinValue;
    private bool _isFirst = true;

    /// <summary>A model as it was surveyed last; whole: every holder had a record.</summary>
    private sealed record Seen(ModelView View, bool Whole, SortedDictionary<NodeId, SliceSet> Claimed);

    /// <summary>When (monotonic) epochs begin.</summary>
    public long NextMs { get; private set; } = long.MinValue;

    public bool IsTurn(Instant now) => now.MonotonicMs >= NextMs;

    public bool IsDue(SwarmView view, Instant now) => IsTurn(now) || view.Version != _version;

    public ImmutableArray<NodeId> AuditorsOf(CopyKey copy, long epoch, SwarmView view, Instant now)
    {
        _surveyed ??= (view, now);
        return Schedule.AuditorsOf(copy, epoch);
    }

    /// <summary>Of what was surveyed last; made when it is first asked for, as most surveys find nothing new.</summary>
    private AuditSchedule Schedule => _schedule ??= new AuditSchedule(_surveyed!.Value.View, _surveyed.Value.Now);

    public void Run(SwarmView view, Instant now)
    {
        var (pace, turn) = (view.Policy.Pace, IsTurn(now));
        (_surveyed, _schedule) = ((view, now), null);
        // The wall clock was set back: what is to come has come before.
        if (now.UnixMs < _surveyedUnixMs) _surveyedUnixMs = long.MinValue;
        var models = view.Watched;
        foreach (var model in models)
        {
            var seen = _seen.GetValueOrDefault(model.Entry.ModelId);
            if (!ReferenceEquals(seen?.View, model) || !seen.Whole) LookAtModel(view, model, seen, now);
            else if (turn) LookAtTurns(view, model, now);
        }
        if (_seen.Count > models.Length)
            foreach (var gone in _seen.Keys.Except(models.Select(m => m.Entry.ModelId)).ToList())
                _seen.Remove(gone);
        LookAtStarts(view, now);
        if (turn) LookAtFailed(now, pace);
        if (turn) NextMs = now.MonotonicMs + AuditSchedule.NextBeginningMs(now.UnixMs, pace) - now.UnixMs;
        (_version, _surveyedUnixMs, _isFirst) = (view.Version, now.UnixMs, false);
    }

    private void LookAtModel(SwarmView view, ModelView model, Seen? before, Instant now)
    {
        var claimed = new SortedDictionary<NodeId, SliceSet>();
        var whole = true;
        foreach (var holder in model.Holders)
        {
            if (holder.Node == self) continue;
            if (!view.Nodes.ContainsKey(holder.Node))
            {
                whole = false;
                continue;
            }
            var known = before?.Claimed.GetValueOrDefault(holder.Node) ?? SliceSet.Empty;
            foreach (var slice in holder.Verified.Slices)
                Look(new CopyKey(holder.Node, model.Entry.ModelId, slice), !_isFirst && !known.Contains(slice),
                    view.Policy.Pace, now);
            claimed.Add(holder.Node, holder.Verified);
        }
        _seen[model.Entry.ModelId] = new Seen(model, whole, claimed);
    }

    private void LookAtTurns(SwarmView view, ModelView model, Instant now)
    {
        var pace = view.Policy.Pace;
        foreach (var holder in model.Holders)
        {
            if (holder.Node == self) continue;
            foreach (var slice in holder.Verified.Slices)
            {
                var copy = new CopyKey(holder.Node, model.Entry.ModelId, slice);
                if (AuditSchedule.EpochAt(copy, now.UnixMs, pace).StartMs > _surveyedUnixMs)
                    Look(copy, isNew: false, pace, now);
            }
        }
    }

    private void Look(CopyKey copy, bool isNew, Pace pace, Instant now)
    {
        // A copy that failed here is this node's own affair until it clears.
        var hasCredit = book.Of(copy).HasCredit;
        if (isNew && !hasCredit) AddRetry(copy, now.MonotonicMs);
        if (!hasCredit || !isNew && duties.Of(copy) is not null) return;
        var (epoch, start) = AuditSchedule.EpochAt(copy, now.UnixMs, pace);
        if (!isNew && book.Of(copy).PassedMs >= start) return;
        var place = Schedule.PlaceOf(self, copy, epoch);
        if (place < 0) return;
        if (isNew)
            duties.Add(new AuditDuty(
                copy, AuditCause.FirstHolding, now.MonotonicMs + AuditSchedule.JitterMs(copy, pace.AuditMs / 480),
                LeafDraw.Most));
        else duties.Add(new AuditDuty(copy, AuditCause.Turn, TurnMs(copy, epoch, place, pace, now), 1));
    }

    /// <summary>A turn that has passed, as for a node that comes in the middle of an epoch, is spread anew.</summary>
    private static long TurnMs(CopyKey copy, long epoch, int place, Pace pace, Instant now)
    {
        var inMs = AuditSchedule.DueMs(copy, epoch, place, pace) - now.UnixMs;
        return now.MonotonicMs + (inMs >= 0 ? inMs : AuditSchedule.JitterMs(copy, pace.AuditMs / 6));
    }

    private void LookAtStarts(SwarmView view, Instant now)
    {
        if (ReferenceEquals(_nodes, view.Nodes)) return;
        _nodes = view.Nodes;
        foreach (var (id, node) in view.Nodes)
        {
            if (id == self) continue;
            var isKnown = _started.TryGetValue(id, out var before);
            if (isKnown && node.StartedMs > before) Restarted(view, id, now);
            if (before != node.StartedMs || !isKnown) _started[id] = Math.Max(before, node.StartedMs);
        }
    }

    /// <summary>What a crash may have cost is found soon: the first auditor's turn comes now, with more
    /// leaves.</summary>
    private void Restarted(SwarmView view, NodeId id, Instant now)
    {
        var pace = view.Policy.Pace;
        foreach (var model in view.Watched)
            if (model.Holders.BinarySearch(id) is { } holder)
                foreach (var slice in holder.Verified.Slices)
                {
                    var copy = new CopyKey(id, model.Entry.ModelId, slice);
                    if (now.UnixMs - book.Of(copy).RestartMs < RestartPeriods * pace.AuditMs) continue;
                    if (Schedule.PlaceOf(self, copy, AuditSchedule.EpochOf(copy, now.UnixMs, pace)) != 0) continue;
                    book.NoteRestart(copy, now.UnixMs);
                    // It has just started, and may still be reading what it has.
                    duties.Add(new AuditDuty(copy, AuditCause.Restart,
                        now.MonotonicMs + pace.StartupQuietMs + AuditSchedule.JitterMs(copy, pace.AuditMs / 12),
                        RestartLeaves));
                }
    }

    /// <summary>What failed is tried again, with one leaf, after a period, and after twice as long each time: whoever
    /// lies is not worth more.</summary>
    private void LookAtFailed(Instant now, Pace pace)
    {
        foreach (var (copy, failedMs) in book.Failed)
        {
            var periods = 1L << Math.Min(book.Of(copy).Fails - 1, MostDoublings);
            if (now.UnixMs - failedMs < periods * pace.AuditMs || duties.Of(copy) is not null) continue;
            AddRetry(copy, now.MonotonicMs + AuditSchedule.JitterMs(copy, pace.AuditMs / 12));
        }
    }

    /// <summary>One leaf; only if it is shown, the burst that gives the credit back.</summary>
    private void AddRetry(CopyKey copy, long dueMs) => duties.Add(new AuditDuty(
        copy, AuditCause.Failure, dueMs, 1, 1 + AuditBook.ClearingLeaves / LeafDraw.Most));
}
