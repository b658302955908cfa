using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>How far a model is from being lost, in one word.</summary>
public enum Risk
{
    /// <summary>Every slice has its wanted copies.</summary>
    Safe,
    /// <summary>Below target.</summary>
    Thin,
    /// <summary>At or below half of the target.</summary>
    Endangered,
    /// <summary>One copy.</summary>
    Critical,
    /// <summary>No copy of at least one slice.</summary>
    Lost,
}

/// <summary>The health of one model: it is as well off as its worst slice.</summary>
/// <param name="Entry">The model.</param>
/// <param name="Target">Wanted copies of every slice.</param>
/// <param name="Counted">Durable copies of the slice that has the fewest.</param>
/// <param name="Fetching">Valid claims on the slice that has the fewest.</param>
/// <param name="Online">Online copies of the slice that has the fewest.</param>
/// <param name="WorstSlice">The first slice with the fewest durable copies.</param>
/// <param name="SlicesBelowTarget">How many slices have fewer durable copies than wanted.</param>
/// <param name="Risk">In one word.</param>
public sealed record ModelHealth(
    Entry Entry, int Target, int Counted, int Fetching, int Online, int WorstSlice, int SlicesBelowTarget, Risk Risk);

/// <summary>The health of every model of a view, and how many there are of each kind.</summary>
/// <param name="Models">In the order of the view.</param>
public sealed record HealthReport(ImmutableArray<ModelHealth> Models)
{
    /// <summary>How many models are at this risk.</summary>
    public int Count(Risk risk) => Models.Count(model => model.Risk == risk);

    /// <summary>Whether any model is worse than thin.</summary>
    public bool IsAnyWorseThanThin => Models.Any(model => model.Risk > Risk.Thin);

    /// <summary>Counts every slice of every model; no words are made.</summary>
    public static HealthReport Of(SwarmView view, Instant now)
    {
        var counter = new SliceCounter(view, now);
        return new HealthReport([.. view.Watched.Select(model => OfModel(counter, model, view.Policy))]);
    }

    /// <summary>
    /// The word for so many copies of so many wanted. Lost comes first, then safe, so that one copy of one wanted is
    /// safe; then critical, endangered, thin.
    /// </summary>
    public static Risk RiskOf(int copies, int target) =>
        copies == 0 ? Risk.Lost
        : copies >= target ? Risk.Safe
        : copies == 1 ? Risk.Critical
        : 2 * copies <= target ? Risk.Endangered
        : Risk.Thin;

    private static ModelHealth OfModel(SliceCounter counter, ModelView model, Policy policy)
    {
        int counted = int.MaxValue, fetching = int.MaxValue, online = int.MaxValue, worst = 0, below = 0;
        var target = model.Target(policy);
        for (var slice = 0; slice < model.Entry.Slices; slice++)
        {
            var counts = counter.Tally(model, slice).Counts;
            if (counts.Durable < counted) (counted, worst) = (counts.Durable, slice);
            if (counts.Durable < target) below++;
            fetching = Math.Min(fetching, counts.Claims);
            online = Math.Min(online, counts.Online);
        }
        if (model.Entry.Slices == 0) counted = fetching = online = 0;
        return new ModelHealth(model.Entry, target, counted, fetching, online, worst, below, RiskOf(counted, target));
    }
}
