using WeightSwarm.Core;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Node.Durability;

/// <summary>
/// The chance that a model is lost within a year: that of its groups of slices, which are placed together and so fail
/// together, each from the copies that its worst slice has now. docs/durability.md says what it does not cover. Serves
/// one view at one moment, and one thread.
/// </summary>
public sealed class LossEstimate(SwarmView view, Instant now, double lifetimeDays)
{
    private const double Year = 365;

    private readonly SliceCounter _counter = new(view, now);
    private readonly Unwanted _unwanted = new(view, now);
    private readonly SortedDictionary<(int Target, int Most, bool Repairs), double[]> _solved = [];

    /// <summary>From 0 to 1; 1 for a model of which a slice has no copy that counts.</summary>
    public double Of(ModelView model)
    {
        var target = model.Target(view.Policy);
        var groups = Groups(model);
        var most = Math.Max(target, groups.Max());
        var worst = Array.IndexOf(groups, groups.Min()) * Rendezvous.GroupSize(model.Entry);
        var loss = Solved(target, most, _unwanted.HasTaker(model, worst));
        // 1 - product(1 - p), without losing what is small.
        var logKept = groups.Sum(copies => Math.Log(1 - loss[copies]) is var log && loss[copies] < 1e-8
            ? -loss[copies] : log);
        return double.IsNegativeInfinity(logKept) ? 1 : logKept > -1e-8 ? -logKept : 1 - Math.Exp(logKept);
    }

    /// <summary>For each group the copies of the slice that has the fewest.</summary>
    private int[] Groups(ModelView model)
    {
        var size = Rendezvous.GroupSize(model.Entry);
        var groups = new int[(model.Entry.Slices + size - 1) / size];
        Array.Fill(groups, int.MaxValue);
        for (var slice = 0; slice < model.Entry.Slices; slice++)
            groups[slice / size] = Math.Min(groups[slice / size], _counter.Count(model, slice).Durable);
        return groups;
    }

    private double[] Solved(int target, int most, bool repairs)
    {
        if (_solved.TryGetValue((target, most, repairs), out var solved)) return solved;
        var chain = new BirthDeathChain(
            lifetimeDays, repairs ? copies => RepairTimes.MeanDays(target, copies) : RepairTimes.Never, most);
        return _solved[(target, most, repairs)] = chain.LossWithin(Year);
    }
}
