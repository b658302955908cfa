using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Simulation.Trims;

/// <summary>How the holders of a trial decide.</summary>
internal enum TrimRule
{
    /// <summary>Whoever sees more copies than are wanted deletes its own, after a random hour.</summary>
    Naive,
    /// <summary>The release rule of the product.</summary>
    Ticketed,
    /// <summary>The same, but answers do not name the holder's own ticket: what the theorem alone assumes.</summary>
    TicketedByGossipAlone,
}

/// <summary>What a trial draws its hazards from; times in milliseconds.</summary>
internal sealed record TrimSetting
{
    public TrimRule Rule { get; init; } = TrimRule.Ticketed;
    public Pace Pace { get; init; } = Pace.Real;
    /// <summary>Copies wanted (N).</summary>
    public int Copies { get; init; } = 5;
    /// <summary>At most so many copies above N + h at the start.</summary>
    public int MostSurplus { get; init; } = 8;
    /// <summary>Longest way of a record from one holder to another (tau).</summary>
    public long DelayMs { get; init; } = 5 * 60_000;
    /// <summary>Largest difference between two clocks (sigma).</summary>
    public long SkewMs { get; init; } = 20 * 60_000;
    /// <summary>All begin within this time.</summary>
    public long StartMs { get; init; } = 60_000;
    /// <summary>Of a hundred holders, how many are dead and believed present.</summary>
    public int DeadPercent { get; init; } = 10;
    /// <summary>Of a hundred trials, how many have a partition at some time.</summary>
    public int PartitionPercent { get; init; } = 30;
    /// <summary>Of a hundred holders, how many release for their owner rather than trim.</summary>
    public int DrainPercent { get; init; }
    /// <summary>A trial ends here.</summary>
    public long HorizonMs { get; init; } = 30L * 3_600_000;
}

/// <summary>How one trial ended.</summary>
/// <param name="Floor">Copies that had to remain.</param>
/// <param name="Fewest">The fewest intact copies at any time.</param>
/// <param name="Left">Intact copies at the end.</param>
/// <param name="Released">How many were given up.</param>
internal readonly record struct TrimOutcome(int Floor, int Fewest, int Left, int Released);
