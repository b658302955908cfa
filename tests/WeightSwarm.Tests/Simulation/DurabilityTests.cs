using System.Globalization;
using WeightSwarm.Simulation.Durability;

namespace WeightSwarm.Tests.Simulation;

/// <summary>The chance of loss that people are told, held against losses that are counted.</summary>
public sealed class DurabilityTests
{
    /// <summary>More seeds and settings: tests/simulate durability --seeds 1..4.</summary>
    [Fact]
    public void Chain_WithTheDaysThatRepairsTook_SaysWhatIsLost()
    {
        var result = DurabilityTrial.Run(new DurabilitySetting(3, 10, 40, 500, 100), 1, 2, jobs: 1);

        Assert.True(result.Counted >= 20, $"{result.Counted} slices were lost: too few to say anything");
        Assert.True(result.IsNear, string.Create(CultureInfo.InvariantCulture,
            $"seeds 1 to 2: {result.Counted} slices were lost on average; the chain says {result.ByStays:0.0}"));
        // Health's table is more hopeful with three copies than these repairs are; docs/durability.md says by how much.
        Assert.InRange(result.Counted / result.ByTable, 1, 6);
    }
}
