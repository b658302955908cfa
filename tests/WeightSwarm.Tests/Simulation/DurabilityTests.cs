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
        // What people are told may be too much by a factor of four; it is never less than half.
        Assert.InRange(result.Counted / result.ByTable, 0.25, 2);
    }
}
