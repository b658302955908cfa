using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.Churn;

namespace WeightSwarm.Simulation.Durability;

/// <summary>A network in which enough is lost to be counted.</summary>
/// <param name="Copies">Wanted of each slice.</param>
/// <param name="LifeDays">Mean days that a node lives.</param>
/// <param name="Days">Length of a run.</param>
/// <param name="Slices">Each placed by itself, so that none shares its nodes with another by design.</param>
/// <param name="Nodes">At each moment.</param>
internal sealed record DurabilitySetting(int Copies, int LifeDays, int Days, int Slices, int Nodes)
{
    public ChurnSetting Churn => new()
    {
        Nodes = Nodes,
        Slices = Slices,
        SlicesPerModel = 1,
        Days = Days,
        LifeDays = LifeDays,
        Policy = new Policy(Copies, Pace.Real, DomainRule.Node, ChurnSetting.SliceBytes),
    };
}

/// <summary>Slices lost, as counted and as the chain has it.</summary>
/// <param name="Counted">Mean of the seeds.</param>
/// <param name="PlusMinus">Half of the 95 % interval of that mean, from how the seeds differ.</param>
/// <param name="ByTable">What health would say: with the days of <see cref="RepairTimes"/>.</param>
/// <param name="ByStays">With the days that repairs took in these runs, and the copies beyond what is wanted.</param>
/// <param name="Stays">These days.</param>
internal sealed record DurabilityResult(
    double Counted, double PlusMinus, double ByTable, double ByStays, ChurnStays Stays)
{
    /// <summary>What was counted is what the chain says, within the factor that docs/durability.md argues.</summary>
    public bool IsNear => Counted / ByStays is >= 1 / DurabilityRun.MostOff and <= DurabilityRun.MostOff;
}

/// <summary>
/// Runs the rules of the daemon among machines that die soon, and holds the losses against the birth-death chain that
/// health tells people. A machine takes all its slices with it, so that losses of one run hang together: the interval
/// is that of whole runs, by Student's t.
/// </summary>
internal static class DurabilityTrial
{
    // Two-sided 95 % quantiles of Student's t for 1, 2, 3… degrees of freedom, up to 19; then 2.
    private static readonly double[] _t =
    [
        12.71, 4.30, 3.18, 2.78, 2.57, 2.45, 2.36, 2.31, 2.26, 2.23, 2.20, 2.18, 2.16, 2.14, 2.13, 2.12, 2.11, 2.10,
        2.09,
    ];

    public static DurabilityResult Run(DurabilitySetting setting, ulong firstSeed, ulong lastSeed, int jobs)
    {
        var seeds = Enumerable.Range(0, (int)(lastSeed - firstSeed) + 1).Select(i => firstSeed + (ulong)i);
        var runs = seeds.AsParallel().AsOrdered().WithDegreeOfParallelism(jobs).Select(seed =>
        {
            var world = new ChurnWorld(setting.Churn, seed, w => new OwnPolicy(w));
            world.Run();
            return world.Figures;
        }).ToList();
        var stays = new ChurnStays();
        foreach (var run in runs) stays.Add(run.Stays);
        var mean = runs.Average(r => (double)r.Lost);
        var spread = runs.Count < 2 ? double.PositiveInfinity
            : Math.Sqrt(runs.Sum(r => (r.Lost - mean) * (r.Lost - mean)) / (runs.Count - 1) / runs.Count);
        return new DurabilityResult(
            mean, spread * (runs.Count < 2 ? 1 : runs.Count - 2 < _t.Length ? _t[runs.Count - 2] : 2),
            Predicted(setting, k => RepairTimes.MeanDays(setting.Copies, k), setting.Copies),
            Predicted(setting, stays.MeanDays, ChurnStays.Most), stays);
    }

    private static double Predicted(DurabilitySetting setting, Func<int, double> repairDays, int most) =>
        setting.Slices * new BirthDeathChain(setting.LifeDays, repairDays, most)
            .LossWithin(setting.Copies, setting.Days);
}
