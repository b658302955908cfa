using WeightSwarm.Core.Auditing;

namespace WeightSwarm.Core.Planning;

/// <summary>What claimants showed of the progress that their claims tell of.</summary>
public sealed partial class SwarmViewBuilder
{
    /// <summary>What this node knows of a claim; null for nothing.</summary>
    internal ClaimTry? TryOf(CopyKey claim) => _models.TryGetValue(claim.Model, out var parts) &&
        parts.Tries.TryGetValue((claim.Slice, claim.Holder), out var once) ? once : null;

    /// <summary>From now on a claim is believed only as far as it is proven.</summary>
    internal void Doubt(CopyKey claim, long ttlMs, Instant now) =>
        Change(claim, once => once.Doubted(ttlMs, now.MonotonicMs));

    /// <summary>A claimant has shown a leaf of some parts, and so what it had said by a moment.</summary>
    internal void Shown(CopyKey claim, PartMap shown, long saidAtMs, Instant now)
    {
        _claims.Showed(claim.Holder, now.MonotonicMs);
        Change(claim, once => once.Shows(shown, saidAtMs));
    }

    /// <summary>A claimant left a challenge unanswered, or has not answered it clearly.</summary>
    internal void NotShown(CopyKey claim) => _claims.Owes(claim.Holder);

    /// <summary>A claim was found to say what is not so.</summary>
    internal void Disproved(CopyKey claim)
    {
        _claims.Owes(claim.Holder);
        Change(claim, once => once.Fails());
    }

    private void Change(CopyKey key, Func<ClaimTry, ClaimTry> change)
    {
        if (TryOf(key) is not { } before || change(before) is var after && after == before) return;
        var (parts, at) = (_models[key.Model], (key.Slice, key.Holder));
        parts.Tries[at] = after;
        if (!parts.Claims.TryGetValue(at, out var claim)) return;
        parts.Claims[at] = Believed(claim, after);
        parts.View = null;
        _version++;
    }

    /// <summary>A claim as this node believes it.</summary>
    private static SliceClaim Believed(SliceClaim claim, ClaimTry once) => claim with
    {
        ProgressAtMs = once.BelievedAtMs,
        BeganMs = once.BeganMs,
        IsDoubted = once.Proof is not null,
        IsDisproved = once.Proof is { Failed: true },
    };
}
