using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

public sealed class StormBreakerTests
{
    private const long Hour = 3_600_000;

    private static StormBreaker Settled(int seen, Pace? pace = null)
    {
        var breaker = new StormBreaker(pace ?? Pace.Real);
        for (var hour = 0; hour < 24; hour++) breaker.Observe(seen, 8, 8, Swarm.Now.Plus(hour * Hour));
        return breaker;
    }

    private static StormVerdict After(StormBreaker breaker, int seen, long hours = 24, int reached = 8) =>
        breaker.Observe(seen, reached, 8, Swarm.Now.Plus(hours * Hour));

    [Theory]
    [InlineData(100, 86, false)]
    [InlineData(100, 84, true)]
    [InlineData(5, 4, false)]
    [InlineData(5, 3, false)]
    [InlineData(5, 2, true)]
    [InlineData(10, 8, false)]
    [InlineData(10, 7, true)]
    [InlineData(100, 200, false)]
    public void Observe_NodesVanishTogether_OpensBelow85PercentAndThreeNodes(int before, int after, bool open) =>
        Assert.Equal(open, After(Settled(before), after, hours: 23).Open);

    [Fact]
    public void Observe_FirstReading_IsTheAverage() => Assert.False(After(new StormBreaker(Pace.Real), 3).Open);

    [Fact]
    public void Observe_Open_SaysWhy() =>
        Assert.Equal("70 nodes were seen lately, 99 are usual: many vanished together",
            After(Settled(100), 70, hours: 24).Reason);

    [Fact]
    public void Observe_LossThatLasts_ClosesWithinAWindow()
    {
        var breaker = Settled(100);
        Assert.True(After(breaker, 70).Open);
        var hour = 25;
        while (After(breaker, 70, hour).Open) hour++;
        // 70 is 85 % of the average once that has come down to 82.3: exp(-t / 3 d) = 0.41, t = 2.7 days.
        Assert.InRange(hour - 24, 60, 70);
    }

    [Fact]
    public void Observe_ManyShortSteps_AverageAsOneLong()
    {
        var breaker = Settled(1000, Pace.Drill);
        var at = 24 * Hour;
        for (var second = 0; second < 60; second++) breaker.Observe(500, 8, 8, Swarm.Now.Plus(at + second * 1000));
        // One window later 1/e of the difference is left, and the first step was an hour.
        Assert.InRange(breaker.AverageSeen, 500, 700);
    }

    [Theory]
    [InlineData(4, 8, false)]
    [InlineData(3, 8, true)]
    [InlineData(1, 4, true)]
    [InlineData(2, 4, false)]
    [InlineData(0, 2, false)]
    [InlineData(0, 0, false)]
    public void Observe_FewOfTheWatchedReached_Opens(int reached, int watched, bool open) =>
        Assert.Equal(open, new StormBreaker(Pace.Real).Observe(50, reached, watched, Swarm.Now).Open);

    [Fact]
    public void SeenLately_SleepersOfLastNight_AreSeen()
    {
        var view = new Swarm().Wanting(3).Node(1, absentMs: 99_000).Node(2).Node(3, absentMs: 8_000)
            .Node(4, absentMs: 8_001).SeenBy(1);
        Assert.Equal(3, StormBreaker.SeenLately(view, Swarm.Now));
    }
}
