namespace WeightSwarm.Simulation.Scenarios;

/// <summary>All scenarios.</summary>
internal static class ScenarioList
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new FiveDrill(), new SmallDisks(), new CrashThirty(), new Partition(), new Restart(), new ClockSkew(),
        new Draining(), new Trimming(), new TrimmingWhileFlapping(), new StolenKey(),
        new SplitDay(), new FlappingFour(), new OneWay(), new SwizzleClog(), new ClockFaults(), new DiskFaults(),
        new Replay("replay", 90), new Replay("replay-10", 10), new Renewing(), new GarbageFlood(),
        new Sybil("sybil-16", 16), new Sybil("sybil-2k", 2_000), new Eclipse(), new CloneOfANode(),
        new Squatters("squatters", lies: false), new Squatters("squatters-lie", lies: true),
        new Parted("buckets", 40, 24), new Parted("buckets-none", 20_000, 16_000), new Crossing(),
        new OldBackup("old-backup", 30), new OldBackup("backup-5", 5),
        new Detection("detect-loss", 5, 50, 0), new Detection("detect-starved", 5, 50, 10),
        new KillPoints("kill-points", 500), new KillPoints("kill-40", 40), new PowerCuts(), new PowerOfAll(),
        new BitRot("bit-rot", 250, 35), new BitRot("bit-rot-2", 40, 2), new LostDatabase(), new Shrinking(),
        new Mounts(), new DrainThirty(), new OneSystem(),
        new Liars("liars", 30), new Liars("liars-3", 3), new Outsourcing(),
        new Steady("steady-100", 100, 30, 36), new Steady("steady-day", 100, 1, 36), new Steady("steady-4", 100, 4, 36),
        new Steady("steady-1k", 1_000, 1, 36), new Steady("steady-10k", 10_000, 1, 100),
    ];

    // Scenarios 4 to 7, 17 to 22 and 25 of the reference (gossip-planner section 8.1), in this order.
    private static readonly string[] _gossip =
    [
        "split-day", "flap-4", "one-way", "swizzle-clog", "clock-faults", "backup-5", "clone", "replay-10",
        "garbage", "sybil-16", "sybil-2k", "eclipse", "stolen-key", "buckets", "buckets-cross",
    ];

    // Of scenarios 1 to 3, 8 to 16, 23 and 24 those that are played by whole cores; 2 and 3 are `churn`'s. In order of
    // the scenarios: 1; 8; 9; 10; 11; 12; 13; 14; 15; 16; 23; 24.
    private static readonly string[] _planner =
    [
        "crash-30", "restart", "kill-points", "power-cut", "power-all", "disk-faults", "bit-rot", "database-lost",
        "small-disks", "shrink", "mounts", "trim", "trim-flap", "drain", "drain-30", "liars-3", "outsource",
        "squatters", "squatters-lie",
    ];

    /// <summary>The scenario of that name, or all of a group: gossip, planner, all.</summary>
    public static IReadOnlyList<Scenario> Named(string name) => name switch
    {
        "all" => All,
        "gossip" => [.. _gossip.SelectMany(Named)],
        "planner" => [.. _planner.SelectMany(Named)],
        _ => [.. All.Where(s => s.Name == name)],
    };
}
