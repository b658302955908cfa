namespace WeightSwarm.Core.Planning;

/// <summary>
/// Decides whether a slice that this node fetches is still worth fetching. Two nodes that could not see each other may
/// have claimed the same slice; claims have one order everywhere, so the worse one gives way and the best ones never
/// do (Lemma 3 of gossip-planner 3.4). At 90 % it is cheaper to finish.
/// </summary>
internal static class FetchReview
{
    private const int TooFarToCancelPercent = 90;

    /// <summary>
    /// Why the slice that was tallied last, without this node's claim, should be cancelled; null to go on.
    /// </summary>
    public static string? WhyCancel(
        NodeIndex nodes, ModelTally tally, SliceTally count, SliceClaim claim, OwnSituation own)
    {
        if (claim.ProgressPercent >= TooFarToCancelPercent) return null;
        if (own.IsCloned) return "another node runs with this node's key";
        if (own.Draining) return "draining: takes nothing new";
        // A node that doubts its own view gives nothing up on the strength of it.
        if (own.InStartupQuiet || own.Health >= PlanPass.SickHealth) return null;
        if (count.NeedBeforeClaims == 0) return "no longer wanted: enough copies are counted";
        var better = tally.ValidClaims.Count(c => c.Claim.IsBetterThan(claim));
        if (better >= count.NeedBeforeClaims)
            return better == 1 ? "a better claim exists" : $"{better} better claims exist";
        return WhyNotCounted(nodes, tally, claim);
    }

    /// <summary>Being fetched for nothing: a counted copy or a better claim is in the same failure domain.</summary>
    private static string? WhyNotCounted(NodeIndex nodes, ModelTally tally, SliceClaim claim)
    {
        if (nodes.Self < 0) return null;
        foreach (var domain in nodes.Domains[nodes.Self])
        {
            var by = nodes.OccupiedBy(domain);
            if (by < 0) continue;
            var claimed = tally.ValidClaims.Any(c => c.Node == by);
            if (!claimed) return $"another copy in the same {nodes.DomainName(domain)}";
            if (tally.ValidClaims.Any(c => c.Node == by && c.Claim.IsBetterThan(claim)))
                return $"a better claim in the same {nodes.DomainName(domain)}";
        }
        return null;
    }

    /// <summary>This node's claim on a slice as the network sees it, or as it will when its record is out.</summary>
    public static SliceClaim OwnClaim(NodeIndex nodes, ModelTally tally, int slice, ulong score)
    {
        var claims = tally.Model.Claims;
        for (var i = tally.FirstClaim(slice); i < claims.Length && claims[i].Slice == slice; i++)
            if (claims[i].Node == nodes.View.Self)
                return claims[i];
        return new SliceClaim(nodes.View.Self, slice, nodes.View.Epoch, score, 0, nodes.Now.MonotonicMs);
    }
}
