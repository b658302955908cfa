using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Simulation.Churn;

/// <summary>What happens to the nodes of a run, apart from their ordinary comings and goings.</summary>
internal enum ChurnStory
{
    /// <summary>Nothing else.</summary>
    Steady,
    /// <summary>Nodes live a third as long, and fewer of them are always on.</summary>
    Harsh,
    /// <summary>Two in five are offline for 48 hours, and all of them return.</summary>
    Outage,
    /// <summary>Three in ten go for good in one moment, and nobody comes in their place.</summary>
    Lose30,
}

/// <summary>
/// The size of a run and the habits of its nodes. The default is that of gossip-planner sections 2.3 and 9.
/// </summary>
internal sealed record ChurnSetting
{
    public const long Second = 1_000, Minute = 60 * Second, Hour = 60 * Minute, Day = 24 * Hour;
    public const long SliceBytes = 1L << 30;

    public ChurnStory Story { get; init; } = ChurnStory.Steady;
    public int Nodes { get; init; } = 2_000;
    public int Slices { get; init; } = 20_000;
    public int Days { get; init; } = 365;
    /// <summary>Slices of one model; eight in a row are placed together.</summary>
    public int SlicesPerModel { get; init; } = 20;
    public Policy Policy { get; init; } = new(5, Pace.Real, DomainRule.Node, SliceBytes);
    /// <summary>What every node gives, so that the weights are equal.</summary>
    public long DonatedBytes { get; init; } = 200L << 30;
    public long UpBitsPerSecond { get; init; } = 10_000_000;
    /// <summary>After so long the others notice that a node is silent: three probes and gossip.</summary>
    public long NoticeMs { get; init; } = 210 * Second;
    /// <summary>A fetch that nobody serves for so long is given up.</summary>
    public long PatienceMs { get; init; } = 30 * Minute;

    public int AlwaysOnPercent => Story == ChurnStory.Harsh ? 20 : 40;
    /// <summary>Days that nodes of both kinds live on average; null: as the story has it.</summary>
    public int? LifeDays { get; init; }
    public long HomeLifeMs => (LifeDays ?? (Story == ChurnStory.Harsh ? 60 : 180)) * Day;
    public long AlwaysOnLifeMs => (LifeDays ?? (Story == ChurnStory.Harsh ? 180 : 540)) * Day;
    public long EndMs => Days * Day;
    /// <summary>When the story begins: after a third of the run.</summary>
    public long StoryMs => Days / 3 * Day + 9 * Hour;

    /// <summary>What the story does to a node at <see cref="StoryMs"/>: percent of the nodes that it hits.</summary>
    public int HitPercent => Story switch { ChurnStory.Outage => 40, ChurnStory.Lose30 => 30, _ => 0 };

    public static ChurnStory? StoryNamed(string name) =>
        Enum.TryParse<ChurnStory>(name, ignoreCase: true, out var story) && !char.IsDigit(name[0]) ? story : null;
}
