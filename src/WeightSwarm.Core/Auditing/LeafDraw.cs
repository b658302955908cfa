using System.Collections.Immutable;

namespace WeightSwarm.Core.Auditing;

/// <summary>
/// Draws the leaves that a challenge asks for. They follow from the nonce, so that the auditor cannot pick them and the
/// holder cannot foresee them: lot i is SHA-256(domain | nonce | model | slice | i), its first 64 bits scaled to the
/// number of leaves. A lot that was drawn before is drawn again. Source: gossip-planner section 5.2, type A.
/// </summary>
public static class LeafDraw
{
    /// <summary>Most leaves in one challenge: their answer stays well below the frame limit.</summary>
    public const int Most = 8;

    private const int MostLots = 1024;

    private static ReadOnlySpan<byte> Domain => "weightswarm/leaves/1\0"u8;
    private static ReadOnlySpan<byte> PartsDomain => "weightswarm/parts/1\0"u8;

    /// <summary>The leaves in the order of the slice: <paramref name="count"/> different ones, or all there
    /// are.</summary>
    public static ImmutableArray<LeafPlace> Of(SliceLeaves layout, Nonce nonce, Hash256 model, int slice, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Most);
        var runs = layout.RunsOf(slice);
        var leaves = runs.Sum(run => run.Leaves);
        var drawn = new SortedSet<long>();
        for (var lot = 0; drawn.Count < Math.Min(count, leaves) && lot < MostLots; lot++)
            drawn.Add((long)Math.BigMul(NonceLot.Of(Domain, nonce, model, slice, lot), (ulong)leaves, out _));
        return [.. drawn.Select(index => PlaceOf(runs, index))];
    }

    /// <summary>One leaf of some parts of a slice, by the first lot of another domain; null when they have
    /// none.</summary>
    public static LeafPlace? Within(SliceLeaves layout, Nonce nonce, Hash256 model, int slice, PartMap parts)
    {
        var runs = layout.RunsOf(slice, parts);
        if (runs.IsEmpty) return null;
        var lot = NonceLot.Of(PartsDomain, nonce, model, slice, 0);
        return PlaceOf(runs, (long)Math.BigMul(lot, (ulong)runs.Sum(run => run.Leaves), out _));
    }

    private static LeafPlace PlaceOf(ImmutableArray<LeafRun> runs, long index)
    {
        foreach (var run in runs)
        {
            if (index < run.Leaves) return new LeafPlace(run.File, run.FirstLeaf + index);
            index -= run.Leaves;
        }
        throw new ArgumentOutOfRangeException(nameof(index), index, "the slice has fewer leaves");
    }
}
