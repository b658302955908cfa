using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Core.Auditing;

/// <summary>
/// The timed challenges of this node: whoever holds a slice asks each other holder of it once in
/// <see cref="Pace.TimedMs"/>, at a moment of that period that the pair and the slice decide. One at a time, and only
/// while both are there: what is missed is asked in the next period.
/// </summary>
internal sealed class TimedState(NodeId self, Outbox outbox, ReadOnlyMemory<byte> secret)
{
    private const int LooksPerPeriod = 720;

    private readonly SortedSet<(long DueMs, CopyKey Copy)> _due = [];
    private (CopyKey Copy, Nonce Nonce)? _asked;
    private long _lookedUnixMs = long.MinValue, _lookMs = long.MaxValue;
    private bool _began;

    public TimedBook Book { get; } = new();

    /// <summary>When (monotonic) there is something to look for or to ask.</summary>
    public long NextDueMs => _asked is not null || _due.Count == 0 ? _lookMs : Math.Min(_lookMs, _due.Min.DueMs);

    /// <summary>Looks whose moment comes, and asks for what is due.</summary>
    public void Tend(SwarmView view, Instant now)
    {
        if (!_began || now.MonotonicMs >= _lookMs) Look(view, now);
        _began = true;
        while (_asked is null && _due.Count > 0 && _due.Min.DueMs <= now.MonotonicMs)
        {
            var copy = _due.Min.Copy;
            _due.Remove(_due.Min);
            if (MayAsk(view, copy)) Ask(copy, view.Policy.Pace, now);
        }
    }

    /// <summary>A challenge ended; whether leaves must tell which of the two has other bytes.</summary>
    public bool Ended(CoreInput.TimedEnded ended)
    {
        if (_asked is not { } asked || asked != (ended.Copy, ended.Nonce)) return false;
        _asked = null;
        Book.Enter(ended.Copy, ended.Outcome);
        return ended.Outcome == TimedOutcome.Different;
    }

    private void Ask(CopyKey copy, Pace pace, Instant now)
    {
        // Of an attempt that no audit and no release of this node has.
        var nonce = Nonce.Derive(secret.Span, long.MinValue + now.UnixMs, copy.Model, copy.Slice, copy.Holder);
        _asked = (copy, nonce);
        outbox.Add(new CoreOutput.AskTimed(copy, nonce, SpanDraw.Most, pace.AuditPatienceMs));
    }

    /// <summary>Whose moment comes before the next look.</summary>
    private void Look(SwarmView view, Instant now)
    {
        var pace = view.Policy.Pace;
        _lookMs = now.MonotonicMs + Math.Max(pace.PlanMs, pace.TimedMs / LooksPerPeriod);
        var until = now.UnixMs + _lookMs - now.MonotonicMs;
        // The first look, and one after the wall clock was set, looks ahead only.
        var from = _lookedUnixMs > now.UnixMs - pace.AuditMs && _lookedUnixMs <= until ? _lookedUnixMs : now.UnixMs;
        _lookedUnixMs = until;
        foreach (var model in view.Watched)
            if (model.Holders.BinarySearch(self) is { } own && !own.Verified.IsEmpty)
                LookAtModel(model, own, from, until, pace, now);
        foreach (var copy in Book.Copies.Keys.Where(copy => !IsClaimed(view, copy)).ToList())
            Book.Forget(copy);
    }

    private void LookAtModel(ModelView model, Holder own, long from, long until, Pace pace, Instant now)
    {
        foreach (var slice in own.Verified.Slices)
        {
            if (model.Entry.SliceLeaves[slice] < SpanDraw.LeastLeaves || own.Away.Contains(slice)) continue;
            foreach (var holder in model.Holders)
            {
                if (holder.Node == self || !holder.Verified.Contains(slice)) continue;
                var copy = new CopyKey(holder.Node, model.Entry.ModelId, slice);
                var due = NextMs(copy, from, pace);
                if (due < until) _due.Add((now.MonotonicMs + Math.Max(0, due - now.UnixMs), copy));
            }
        }
    }

    /// <summary>The moment of this node and a copy, not before one; Unix milliseconds.</summary>
    private long NextMs(CopyKey copy, long from, Pace pace)
    {
        var lot = SplitMix64.Mix(Rendezvous.Draw(Rendezvous.OrderDigest(self.Hash, copy.Model) + (ulong)copy.Slice,
            Rendezvous.NodeDigest(copy.Holder)));
        var offset = (long)Math.BigMul(lot, (ulong)pace.TimedMs, out _);
        var start = from - from % pace.TimedMs + offset;
        return start >= from ? start : start + pace.TimedMs;
    }

    private bool MayAsk(SwarmView view, CopyKey copy) =>
        IsClaimed(view, copy) && IsClaimed(view, copy with { Holder = self }) &&
        view.Nodes.TryGetValue(copy.Holder, out var node) && node.AbsentSinceMs is null &&
        !view.FailedAudits.ContainsKey(copy);

    private static bool IsClaimed(SwarmView view, CopyKey copy) =>
        view.Models.BinarySearch(copy.Model) is { } model && model.Holders.BinarySearch(copy.Holder) is { } holder &&
        holder.Verified.Contains(copy.Slice) && !holder.Away.Contains(copy.Slice);
}
