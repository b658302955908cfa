using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.Trims;

namespace WeightSwarm.Tests.Simulation;

/// <summary>The randomised proof of the release rule, and that the trial would see a rule that is wrong.</summary>
public sealed class TrimTests
{
    private const ulong FirstSeed = 1;

    public static TheoryData<int, int> Cells => new() { { 0, 1 }, { 0, 8 }, { 30, 1 }, { 30, 8 }, { 100, 4 } };

    [Theory]
    [MemberData(nameof(Cells))]
    public void Ticketed_UnderAllHazards_NeverGoesBelowTheFloor(int drainPercent, int mostSurplus)
    {
        var setting = new TrimSetting { DrainPercent = drainPercent, MostSurplus = mostSurplus };
        var tally = TrimTally.Of(setting, 4_000, FirstSeed);
        Assert.True(tally.BelowFloor == 0,
            $"{tally.BelowFloor} of {tally.Trials} trials went below the floor, first with seed {tally.FirstBelow}");
        Assert.True(tally.Released > 0, "nobody ever released anything: the trial shows nothing");
    }

    [Fact]
    public void Ticketed_ByGossipAlone_HoldsWithinItsAssumptions()
    {
        var setting = new TrimSetting { Rule = TrimRule.TicketedByGossipAlone, PartitionPercent = 0 };
        Assert.Equal(0, TrimTally.Of(setting, 4_000, FirstSeed).BelowFloor);
    }

    [Fact]
    public void Ticketed_WaitShorterThanDelayAndSkew_IsCaught()
    {
        var hurried = new TrimSetting
        {
            Rule = TrimRule.TicketedByGossipAlone,
            Pace = Pace.Real with { ReleaseWaitMs = 30_000 },
        };
        Assert.True(TrimTally.Of(hurried, 300, FirstSeed).BelowFloor > 30);
    }

    [Fact]
    public void Naive_UnderTheSameHazards_IsCaught()
    {
        var tally = TrimTally.Of(new TrimSetting { Rule = TrimRule.Naive }, 300, FirstSeed);
        Assert.True(tally.BelowFloor > 100 && tally.BelowWanted > 10);
    }

    [Fact]
    public void Pace_Real_SatisfiesTheTheorem()
    {
        // Anti-entropy with every neighbour bounds the delay; the accepted skew counts twice.
        var pace = Pace.Real;
        Assert.True(pace.ReleaseWaitMs >= pace.ReconcileMs + 2 * pace.ClockSkewMs);
        foreach (var any in new[] { Pace.Real, Pace.Drill })
        {
            Assert.True(any.ReleaseWaitMs > any.ReceiptMs);
            Assert.True(any.IntentTtlMs > any.ReleaseWaitMs + any.ReceiptMs + any.ClockSkewMs);
            Assert.True(any.IntentTtlMs <= any.LeaseTtlMs);
        }
    }
}
