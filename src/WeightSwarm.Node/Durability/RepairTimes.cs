#if SIMULATION // The simulator holds it against what it counts.
namespace WeightSwarm.Simulation.Durability;
#else
namespace WeightSwarm.Node.Durability;
#endif

/// <summary>
/// How long it takes on average until the next copy is there, at the pace real: the fewer are left, the more hurried.
/// Source: gossip-planner section 2.3; what it rests on stands in docs/durability.md.
/// </summary>
public static class RepairTimes
{
    /// <summary>Mean days from so many copies to one more; infinite when all are there.</summary>
    /// <param name="target">Wanted copies, at least 1.</param>
    /// <param name="copies">Copies that are left, at least 1.</param>
    public static double MeanDays(int target, int copies) =>
        copies >= target ? double.PositiveInfinity
        : copies == 1 ? 0.25
        : copies == 2 ? 0.5
        : 2 * copies <= target ? 1
        : copies == target - 1 ? 3
        : 2;

    /// <summary>Nobody makes copies.</summary>
    public static double Never(int copies) => double.PositiveInfinity;
}
