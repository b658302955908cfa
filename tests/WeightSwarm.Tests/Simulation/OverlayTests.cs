using WeightSwarm.Simulation.Overlay;
using WeightSwarm.Simulation.Reports;

namespace WeightSwarm.Tests.Simulation;

/// <summary>The goals of gossip in simulated time, at sizes that take seconds; larger ones: tests/simulate
/// overlay.</summary>
public sealed class OverlayTests
{
    private const long Million = 1_000_000;

    /// <summary>Over all seeds: one node of a thousand that has lost all neighbours at once hears it minutes
    /// later.</summary>
    [Theory]
    [InlineData(100, 5, 1_000)]
    [InlineData(1_000, 2, 2_000)]
    public void Broadcast_ReachesAllInTime_AndTheLivingAfterACrash(int nodes, int seeds, long p99Ms)
    {
        var reached = 0L;
        for (var seed = 1; seed <= seeds; seed++)
        {
            var figures = Figures();
            SpreadTrial.Run((ulong)seed, nodes, 30, figures, null);
            Assert.InRange(figures["broadcast p99 ms"], 1, p99Ms);
            Assert.Equal(Million, figures["broadcast reached in 5 s, per million"]);
            Assert.Equal(Million, figures["after 30 % crash: reached in 5 min, per million"]);
            Assert.InRange(figures["redundant pushes per 1000"], 0, 500);
            reached += figures["after 30 % crash: reached in 5 s, per million"];
        }
        Assert.InRange(reached / seeds, 999_000, Million);
    }

    [Fact]
    public void Broadcast_AfterHalfOfTheNodesCrash_ReachesTheLiving()
    {
        var figures = Figures();
        SpreadTrial.Run(1, 100, 50, figures, null);
        Assert.Equal(Million, figures["after 50 % crash: reached in 5 min, per million"]);
    }

    [Fact]
    public void Halves_ApartForADay_AreEqualWithinFiveMinutes()
    {
        var figures = Figures();
        HealTrial.Run(1, 60, figures, null);
        Assert.InRange(figures["s to equal views"], 0, 300);
        // The goal is 1200, and most seeds meet it; several peers pushed 3500 before they took turns.
        Assert.InRange(figures["pushed bytes per 1000 of the least"], 1_000, 1_500);
        Assert.Equal(0, figures["offences"]);
    }

    /// <summary>Of a parted network a newcomer is sent the nodes, and hardly any of what they hold.</summary>
    [Fact]
    public void Newcomer_InAPartedNetwork_IsSentTheNodesAndItsBuckets()
    {
        var (whole, parted) = (Figures(), Figures());
        JoinTrial.Run(1, 1_000, false, whole, null);
        JoinTrial.Run(1, 1_000, false, parted, null, buckets: 17);
        Assert.InRange(parted["records"], 1_001, 1_001 + 2_000 * 40 / 1024);
        Assert.InRange(parted["bytes received until then"], 1, whole["bytes received until then"] / 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Newcomer_KnowsAllSoon_AndIsSentItOnce(bool renewed)
    {
        var figures = Figures();
        JoinTrial.Run(1, 3_000, renewed, figures, null);
        Assert.InRange(figures["ms until it knows them"], 1, 30_000);
        var bytes = figures["bytes of the records"];
        Assert.InRange(figures["bytes received until then"], bytes, bytes * 11 / 10);
        Assert.InRange(figures["bytes sent until then"], 0, bytes / 20);
        Assert.Equal(0, figures["offences"]);
    }

    [Fact]
    public void Leases_ThatAreRenewed_CostATenthOfThoseWrittenAnew()
    {
        var figures = Figures();
        LeaseTrial.Run(1, 12, figures, null);
        Assert.InRange(
            figures["renewed: bytes per node and day"], 1, figures["anew: bytes per node and day"] / 7);
        Assert.InRange(figures["renewed: records lacking after a day away"], 11, 11);
        Assert.InRange(figures["anew: records lacking after a day away"], 11 * 13, 11 * 13);
        Assert.InRange(figures["renewed: ms until it has them"], 1, 30_000);
        Assert.Equal(0, figures["offences"]);
    }

    [Fact]
    public void Reconciliation_CostsLittle_WhenNothingOrLittleDiffers()
    {
        var figures = Figures();
        ReconcileTrial.Run(1, 10_000, figures);
        Assert.InRange(figures["leases: equal, bytes"], 1, 400);
        Assert.InRange(figures["catalogue: equal, bytes"], 1, 400);
        Assert.InRange(figures["leases: a day with 100 missed, bytes"], 1, 3_000 + 40 * 100);
        Assert.InRange(figures["leases: a day with 1000 missed, bytes"], 1, 3_000 + 40 * 1_000);
    }

    /// <summary>Who lives sends more than who is silent, and nobody takes any of it for an offence.</summary>
    [Fact]
    public void Traffic_OfALife_IsMoreThanThatOfSilence()
    {
        var figures = Figures();
        TrafficTrial.Run(3, 24, figures, null);
        const string each = "bytes per node and second";
        Assert.InRange(figures[$"silence: {each}"], 1, figures[$"life: {each}"] - 1);
        Assert.Equal(0, figures["offences"]);
    }

    /// <summary>The core whose memory is measured knows all that it was given.</summary>
    [Fact]
    public void State_OfANetwork_HasAllOfIt()
    {
        var figures = Figures();
        StateTrial.Run(3, 200, figures);
        Assert.Equal((201, 20), (figures["nodes in the view"], figures["models in the view"]));
        Assert.Equal(1 + 20 + 200 * 4, figures["records"]);
    }

    [Fact]
    public void Run_OfOneSeedTwice_HasTheSameFigures()
    {
        var (first, second, other) = (Figures(), Figures(), Figures());
        SpreadTrial.Run(7, 50, 30, first, null);
        SpreadTrial.Run(7, 50, 30, second, null);
        SpreadTrial.Run(8, 50, 30, other, null);
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
    }

    [Theory]
    [InlineData("overlay", "--nodes", "5")]
    [InlineData("overlay", "--only", "nothing")]
    [InlineData("overlay", "--seeds")]
    public void CommandLine_OfNonsense_IsRefused(params string[] args)
    {
        var (output, errors) = (new StringWriter(), new StringWriter());
        Assert.Equal(2, CommandLine.Run(args, output, errors));
        Assert.Contains("usage: tests/simulate overlay", errors.ToString(), StringComparison.Ordinal);
    }

    private static SortedDictionary<string, long> Figures() => new(StringComparer.Ordinal);
}
