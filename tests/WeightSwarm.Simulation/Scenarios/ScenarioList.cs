namespace WeightSwarm.Simulation.Scenarios;

/// <summary>All scenarios.</summary>
internal static class ScenarioList
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new FiveDrill(), new SmallDisks(), new CrashThirty(), new Partition(), new Restart(), new ClockSkew(),
        new Draining(), new Trimming(), new TrimmingWhileFlapping(), new StolenKey(),
        new SplitDay(), new FlappingFour(), new OneWay(), new SwizzleClog(), new ClockFaults(), new DiskFaults(),
        new Sybil("sybil-16", 16), new Sybil("sybil-2k", 2_000),
        new OldBackup("old-backup", 30), new OldBackup("backup-5", 5),
        new Steady("steady-100", 100, 30, 36), new Steady("steady-day", 100, 1, 36), new Steady("steady-4", 100, 4, 36),
        new Steady("steady-1k", 1_000, 1, 36), new Steady("steady-10k", 10_000, 1, 100),
    ];
}
