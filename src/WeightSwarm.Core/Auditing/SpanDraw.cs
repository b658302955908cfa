using System.Collections.Immutable;

namespace WeightSwarm.Core.Auditing;

/// <summary>
/// Draws the spans of a slice that a timed challenge has hashed: 4 MiB each, at places that follow from the nonce and
/// that nobody can foresee; of a slice that is no larger than all spans together, the whole of it. Enough to read that
/// fetching it takes longer. Source: gossip-planner section 5.2, type B.
/// </summary>
public static class SpanDraw
{
    /// <summary>Spans of one challenge, at most.</summary>
    public const int Most = 16;

    /// <summary>Leaves of 16 KiB in a span.</summary>
    public const int LeavesPerSpan = 256;

    /// <summary>Of a smaller slice nobody is asked: to fetch it takes hardly longer than to read it.</summary>
    public const int LeastLeaves = 2048;

    private static ReadOnlySpan<byte> Domain => "weightswarm/spans/1\0"u8;

    /// <summary>What is hashed, in this order: runs of leaves that lie in one file each. Spans may overlap.</summary>
    public static ImmutableArray<LeafRun> Of(SliceLeaves layout, Nonce nonce, Hash256 model, int slice, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, Most);
        var runs = layout.RunsOf(slice);
        var leaves = runs.Sum(run => run.Leaves);
        if (leaves <= (long)count * LeavesPerSpan) return runs;
        var drawn = ImmutableArray.CreateBuilder<LeafRun>();
        for (var span = 0; span < count; span++)
        {
            var places = (ulong)(leaves - LeavesPerSpan + 1);
            Add(drawn, runs, (long)Math.BigMul(NonceLot.Of(Domain, nonce, model, slice, span), places, out _));
        }
        return drawn.DrainToImmutable();
    }

    /// <summary>Bytes that are hashed.</summary>
    public static long BytesOf(SliceLeaves layout, ImmutableArray<LeafRun> runs) => runs.Sum(
        run => (run.Leaves - 1) * Catalogue.PieceLength.Leaf
            + layout.BytesOf(new LeafPlace(run.File, run.FirstLeaf + run.Leaves - 1)));

    private static void Add(ImmutableArray<LeafRun>.Builder drawn, ImmutableArray<LeafRun> runs, long from)
    {
        var left = (long)LeavesPerSpan;
        foreach (var run in runs)
        {
            if (from >= run.Leaves)
            {
                from -= run.Leaves;
                continue;
            }
            var taken = Math.Min(left, run.Leaves - from);
            drawn.Add(new LeafRun(run.File, run.FirstLeaf + from, taken));
            (left, from) = (left - taken, 0);
            if (left == 0) return;
        }
    }
}
