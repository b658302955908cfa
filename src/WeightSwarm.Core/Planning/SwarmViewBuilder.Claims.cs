using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Planning;

/// <summary>Claims: which stand, since when they deserve patience, and who makes them good.</summary>
public sealed partial class SwarmViewBuilder
{
    private const int ManyTries = 512;

    private readonly ClaimHistory _claims = new();

    private Pace Pace => _charter?.Policy.Pace ?? Pace.Real;

    private void TakeClaim(Record record, Instant now)
    {
        var body = RecordBodies.Claim(record);
        if (body.Cancelled)
        {
            EndClaim(record, now);
            return;
        }
        var parts = Parts(record);
        var key = (RecordBodies.SliceOf(record), record.Author);
        var percent = (int)Math.Min(body.ProgressPercent, 100);
        var once = TryOf(parts, key, percent, PartMap.Read(body.Parts.Span), now);
        parts.Tries[key] = once;
        parts.Claims[key] = Believed(
            new SliceClaim(record.Author, key.Item1, body.Epoch, body.Score, percent, once.BestAtMs), once);
        if (_claims.Forgives(record.Author, Pace, now.MonotonicMs)) Judged(record.Author);
    }

    private ClaimTry TryOf(ModelParts parts, (int, NodeId) key, int percent, PartMap said, Instant now)
    {
        if (parts.Tries.Count > ManyTries) Forget(parts, now);
        return parts.Tries.TryGetValue(key, out var known) && !IsOld(known, now)
            ? Go(known, key.Item2, percent, said, now) : ClaimTry.First(percent, said, now.MonotonicMs);
    }

    private ClaimTry Go(ClaimTry known, NodeId author, int percent, PartMap said, Instant now)
    {
        var next = known.Claimed(percent, said, now.MonotonicMs);
        // What this node asks for is not believed before it is shown.
        if (next.Best > known.Best && next.Proof is null) _claims.Moved(author, now.MonotonicMs);
        return next;
    }

    /// <summary>Whether an attempt came to nothing, or takes longer than any may.</summary>
    private bool IsLeftLying(ClaimTry once, NodeId author, Instant now)
    {
        var (atMs, waits) = (now.MonotonicMs, Pace.U0);
        if (once.Proof is { Failed: true } || atMs - once.BeganMs >= waits.FetchMostMs) return true;
        return atMs - once.BelievedAtMs >= waits.ClaimTtlMs && _claims.StandsStill(author, waits.ClaimTtlMs, atMs);
    }

    private void EndClaim(Record record, Instant now)
    {
        var parts = Parts(record);
        var key = (RecordBodies.SliceOf(record), record.Author);
        parts.Claims.Remove(key);
        if (parts.Tries.TryGetValue(key, out var once)) parts.Tries[key] = once.Dropped(now.MonotonicMs);
    }

    /// <summary>A node holds more than before: what it claimed is made good, and what others claimed and let lie is
    /// done by it.</summary>
    private void Settle(ModelParts parts, NodeId holder, V1.Holding? before, V1.Holding after, Instant now)
    {
        if (parts.Tries.Count == 0) return;
        foreach (var ((slice, node), once) in parts.Tries.ToList())
        {
            if (!Has(after, slice) || Has(before, slice)) continue;
            if (node != holder && !IsLeftLying(once, node, now)) continue;
            parts.Tries.Remove((slice, node));
            // Nobody judges itself.
            if (node == self) continue;
            var changed = node == holder
                ? _claims.Kept(node, now.MonotonicMs) : _claims.Broke(node, now.MonotonicMs);
            if (changed) Judged(node);
        }
    }

    private static bool Has(V1.Holding? holding, int slice) => holding is not null &&
        slice / 8 < holding.Verified.Length && (holding.Verified[slice / 8] >> (slice % 8) & 1) != 0;

    private void Judged(NodeId node)
    {
        _unviewed.Add(node);
        _version++;
    }

    private void Forget(ModelParts parts, Instant now)
    {
        foreach (var (key, once) in parts.Tries.ToList())
            if (IsOld(once, now))
                parts.Tries.Remove(key);
    }

    private bool IsOld(ClaimTry once, Instant now) =>
        !once.Open && now.MonotonicMs - once.SeenMs >= Pace.U2.ClaimTtlMs;
}
