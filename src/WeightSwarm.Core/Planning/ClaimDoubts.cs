using WeightSwarm.Core.Auditing;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// Finds the claims of a slice that stand in this node's way. Those are asked for proof by the first
/// <see cref="Askers"/> who would act in the claimants' place, so that a claim costs a handful of challenges however
/// large the network is; everybody behind them takes its word, as they take the word of the askers' own claims. Young
/// claims are not asked: most fetches are done before.
/// </summary>
internal sealed class ClaimDoubts(NodeIndex nodes, Takers takers)
{
    /// <summary>So many nodes ask a claimant.</summary>
    public const int Askers = 3;

    /// <summary>Claims that one node asks at most.</summary>
    public const int Most = 256;

    private readonly List<ClaimDoubt> _found = [];

    /// <summary>What was found in the pass.</summary>
    public IReadOnlyList<ClaimDoubt> Found => _found;

    /// <summary>Looks at the slice that was tallied last, which must be of the group entered.</summary>
    /// <param name="tally">Of the slice's model.</param>
    /// <param name="slice">Which.</param>
    /// <param name="count">Its count without this node's own claim.</param>
    /// <param name="mayTake">Whether this node could take the slice.</param>
    public void Look(ModelTally tally, int slice, SliceTally count, Func<bool> mayTake)
    {
        var claims = tally.Model.Claims;
        if (claims.IsEmpty || count.NeedBeforeClaims == 0) return;
        var ttl = nodes.Pace.Take(NeedRule.ClassOf(count.Counts.Target, count.Counts.Recent)).ClaimTtlMs;
        bool? isNext = null;
        for (var i = tally.FirstClaim(slice); i < claims.Length && claims[i].Slice == slice; i++)
        {
            var claim = claims[i];
            if (claim.Node == nodes.View.Self || _found.Count >= Most) continue;
            // Once asked always asked: what it shows later counts again.
            if (claim.IsDoubted || IsDue(claim, tally, count, ttl) && (isNext ??= mayTake() && IsNext(tally, slice)))
                _found.Add(new ClaimDoubt(new CopyKey(claim.Node, tally.Model.Entry.ModelId, slice), ttl));
        }
    }

    private bool IsDue(SliceClaim claim, ModelTally tally, SliceTally count, long ttlMs)
    {
        if (count.Need > 0 || nodes.Now.MonotonicMs - claim.BeganMs < ttlMs / 2) return false;
        foreach (var (valid, _) in tally.ValidClaims)
            if (valid.Node == claim.Node)
                return true;
        return false;
    }

    private bool IsNext(ModelTally tally, int slice)
    {
        takers.Enter(tally.Model.Entry, slice);
        return takers.Look(tally.Model.Entry.SliceBytes(slice)).Rank < Askers;
    }
}
