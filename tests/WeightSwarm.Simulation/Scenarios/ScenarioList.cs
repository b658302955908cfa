namespace WeightSwarm.Simulation.Scenarios;

/// <summary>All scenarios.</summary>
internal static class ScenarioList
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new FiveDrill(), new SmallDisks(), new CrashThirty(), new Partition(), new Restart(), new ClockSkew(),
        new Draining(), new Trimming(), new TrimmingWhileFlapping(),
    ];
}
