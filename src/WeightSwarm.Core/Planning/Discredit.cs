using System.Collections.Immutable;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// Nodes of which two slices stand as failed in this node's audits. Where two are bad, others may be: all their copies
/// and claims are counted like those of nodes on probation (<see cref="ModelTally"/>), until fewer than two stand:
/// the holder showed the others, or has not claimed them for long.
/// <para>
/// The reference halves the credit of such a node until it has passed fifty audits (gossip-planner section 5.3). Halves
/// of copies fit neither need nor failure domains, whose rules count whole ones; the bound for probation does the same
/// with whole ones. A slice with one copy on such a node keeps it, so that one bad disk makes no storm of repairs; of
/// two such copies one counts while others could take the place, for N of 3 to 5.
/// </para>
/// </summary>
internal static class Discredit
{
    private const int FailedSlices = 2;

    /// <summary>Who is discredited by the failures, which are ordered by holder.</summary>
    public static ImmutableSortedSet<NodeId> Of(ImmutableSortedDictionary<CopyKey, long> failed)
    {
        if (failed.Count < FailedSlices) return [];
        return
        [
            .. failed.Keys.GroupBy(copy => copy.Holder).Where(copies => copies.Count() >= FailedSlices)
                .Select(copies => copies.Key),
        ];
    }
}
