#if SIMULATION // The simulator holds it against what it counts.
namespace WeightSwarm.Simulation.Durability;
#else
namespace WeightSwarm.Node.Durability;
#endif

/// <summary>
/// How long it takes on average until the next copy is there, at the pace real: the fewer are left, the more hurried.
/// Counted in the simulator with the planner's rules and three to six wanted copies; docs/durability.md has the figures
/// and what they rest on.
/// </summary>
public static class RepairTimes
{
    /// <summary>Mean days from so many copies to one more; infinite when all are there.</summary>
    /// <param name="target">Wanted copies, at least 1.</param>
    /// <param name="copies">Copies that are left, at least 1.</param>
    public static double MeanDays(int target, int copies) =>
        copies >= target ? double.PositiveInfinity
        : copies == 1 ? (target == 2 ? 0.2 : 0.55)
        // Of three, two are no deficit until a third day without the other has passed, or one of them sleeps.
        : (target, copies) == (3, 2) ? 1.45
        : copies == target - 1 ? 2.5
        : 2 * copies <= target ? 0.8
        : 1.3;

    /// <summary>Nobody makes copies.</summary>
    public static double Never(int copies) => double.PositiveInfinity;
}
