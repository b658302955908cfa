using System.Collections.Immutable;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// Counts how many copies of a slice the network has, and says in words which ones it believes.
/// <para>
/// Not everybody who says "I hold it" is a copy to rely on: two computers behind one router burn together, one that
/// has been gone for a week may never return, one that is leaving should not be leaned on. The counter applies those
/// rules in one order for everybody. Within one failure domain the copy that counts is that of a present node, then
/// of the node absent for the shorter window, then of one that is not draining, then of the lowest id. Rules:
/// gossip-planner section 3.2; the formula is in <see cref="NeedRule"/>.
/// </para>
/// <para>A counter serves one view at one moment, and one thread.</para>
/// </summary>
public sealed class SliceCounter
{
    private readonly NodeIndex _nodes;
    private ModelTally? _tally;

    /// <summary>A counter for many slices of one view.</summary>
    public SliceCounter(SwarmView view, Instant now) => _nodes = new NodeIndex(view, now);

    /// <summary>The count of one slice, without verdicts; <see cref="SliceCount.Copies"/> is empty.</summary>
    public SliceCount Count(ModelView model, int slice) => ToCount(TallyOf(model).Count(slice, withOwnClaim: true), []);

    /// <summary>The count of one slice with a verdict for every holder and claimer, ordered by node id.</summary>
    public SliceCount Explain(ModelView model, int slice)
    {
        var tally = TallyOf(model);
        var count = tally.Count(slice, withOwnClaim: true);
        return ToCount(count, new VerdictWriter(_nodes, tally, slice, count).Write());
    }

    /// <summary>One slice alone; for many slices of a view make one counter.</summary>
    public static SliceCount Count(ModelView model, int slice, SwarmView view, Instant now) =>
        new SliceCounter(view, now).Count(model, slice);

    /// <inheritdoc cref="Count(ModelView, int, SwarmView, Instant)"/>
    public static SliceCount Explain(ModelView model, int slice, SwarmView view, Instant now) =>
        new SliceCounter(view, now).Explain(model, slice);

    internal NodeIndex Nodes => _nodes;

    internal SliceTally Tally(ModelView model, int slice) => TallyOf(model).Count(slice, withOwnClaim: true);

    private ModelTally TallyOf(ModelView model)
    {
        if (_tally is null || !ReferenceEquals(_tally.Model, model)) _tally = new ModelTally(_nodes, model);
        return _tally;
    }

    private static SliceCount ToCount(SliceTally tally, ImmutableArray<CopyVerdict> verdicts) => new(
        tally.Counts.Target, tally.Counts.Durable, tally.Counts.Recent, tally.Counts.Online, tally.Counts.Claims,
        tally.Need, tally.Urgency, verdicts);
}
