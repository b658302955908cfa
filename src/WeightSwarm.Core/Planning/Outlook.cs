using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>What becomes of one model in a view when every node has done what its planner would.</summary>
/// <param name="Entry">The model.</param>
/// <param name="Target">Wanted copies.</param>
/// <param name="Copies">Durable copies of the worst slice, before anything is copied.</param>
/// <param name="Repaired">The same afterwards.</param>
/// <param name="Risk">Before anything is copied.</param>
/// <param name="BytesToCopy">That will be copied.</param>
/// <param name="BytesUnplaced">Of wanted copies that nobody takes.</param>
public sealed record ModelOutlook(
    Entry Entry, int Target, int Copies, int Repaired, Risk Risk, long BytesToCopy, long BytesUnplaced);

/// <summary>
/// Plays the take path of all nodes of a view to its end: counting, need, order of work, candidates and rendezvous
/// order are the planner's own; only time is left out. The copies are placed one layer at a time, those of the slices
/// with the fewest first, and each takes the room that it needs. Same view, same outlook. One thread.
/// </summary>
public sealed class Outlook
{
    private readonly NodeIndex _nodes;
    private readonly SwarmView _view;
    private readonly Placement _placement;

    private Outlook(SwarmView view, Instant now)
    {
        _view = view;
        _nodes = new NodeIndex(view, now);
        _placement = new Placement(_nodes);
    }

    /// <summary>The outlook of every model, in the order of the view.</summary>
    public static ImmutableArray<ModelOutlook> Of(SwarmView view, Instant now) =>
        // Whoever looks is one of many here: it may be away, and others may fetch from it.
        new Outlook(view with { Self = default }, now).Run();

    /// <summary>A slice that wants copies.</summary>
    private sealed class Want(ModelTally tally, int slice, SliceTally count, bool isAddition)
    {
        public ModelTally Tally => tally;
        public int Slice => slice;
        public bool IsAddition => isAddition;
        public Urgency Urgency => count.Urgency;
        public int Online => count.Counts.Online;
        public int Copies { get; set; } = count.Counts.Durable;
        public int Left { get; set; } = count.Need;
        public long Bytes { get; } = tally.Model.Entry.SliceBytes(slice);
        public List<int> Takers { get; } = [];
    }

    /// <summary>What is known of a model while it is played.</summary>
    private sealed class Sum(ModelView model, int slices)
    {
        public ModelView Model => model;
        public int[] Before { get; } = new int[slices];
        public int[] After { get; } = new int[slices];
        public long Copied { get; set; }
        public long Unplaced { get; set; }
    }

    private ImmutableArray<ModelOutlook> Run()
    {
        var sums = new List<Sum>();
        var wants = new List<(Want Want, Sum Sum)>();
        foreach (var model in _view.Watched) sums.Add(Survey(model, wants));
        wants.Sort((a, b) => Compare(a.Want, b.Want));
        for (var level = 0; wants.Count > 0; level++)
        {
            foreach (var (want, sum) in wants)
                if (want.Copies == level)
                    PlaceOne(want, sum);
            wants.RemoveAll(w => w.Want.Left == 0);
        }
        return [.. sums.Select(OutlookOf)];
    }

    private Sum Survey(ModelView model, List<(Want, Sum)> wants)
    {
        var tally = new ModelTally(_nodes, model);
        var sum = new Sum(model, model.Entry.Slices);
        var isAddition = _nodes.Now.UnixMs - model.AddedMs < _nodes.Pace.CuratorSettleMs;
        for (var slice = 0; slice < model.Entry.Slices; slice++)
        {
            var count = tally.Count(slice, withOwnClaim: true);
            sum.Before[slice] = count.Counts.Durable;
            sum.After[slice] = count.Counts.Durable + count.Counts.Claims;
            if (count.Need > 0 && count.Sources > 0) wants.Add((new Want(tally, slice, count, isAddition), sum));
            else sum.Unplaced += count.Need * model.Entry.SliceBytes(slice);
        }
        return sum;
    }

    private void PlaceOne(Want want, Sum sum)
    {
        want.Tally.Count(want.Slice, withOwnClaim: true);
        foreach (var taker in want.Takers)
        {
            _nodes.MarkHolding(taker);
            _nodes.MarkOccupied(taker);
        }
        var places = want.Tally.ProbationLeft - want.Takers.Count(taker => _nodes.OnProbation[taker]);
        var found = _placement.First(want.Tally.Model.Entry, want.Slice, want.Bytes, withProbation: places > 0);
        want.Copies++;
        if (found < 0)
        {
            sum.Unplaced += want.Left * want.Bytes;
            want.Left = 0;
            return;
        }
        want.Takers.Add(found);
        want.Left--;
        _nodes.Room[found] -= want.Bytes;
        sum.After[want.Slice]++;
        sum.Copied += want.Bytes;
    }

    private ModelOutlook OutlookOf(Sum sum)
    {
        var (entry, target) = (sum.Model.Entry, sum.Model.Target(_view.Policy));
        var before = sum.Before.DefaultIfEmpty().Min();
        return new ModelOutlook(
            entry, target, before, sum.After.DefaultIfEmpty().Min(), HealthReport.RiskOf(before, target), sum.Copied,
            sum.Unplaced);
    }

    /// <summary>As <see cref="Deficit.Compare"/> has it, without what differs between nodes.</summary>
    private static int Compare(Want a, Want b)
    {
        var order = (a.IsAddition, a.Urgency, a.Copies, a.Online)
            .CompareTo((b.IsAddition, b.Urgency, b.Copies, b.Online));
        if (order != 0) return order;
        var model = a.Tally.Model.Entry.ModelId.CompareTo(b.Tally.Model.Entry.ModelId);
        return model != 0 ? model : a.Slice.CompareTo(b.Slice);
    }
}
