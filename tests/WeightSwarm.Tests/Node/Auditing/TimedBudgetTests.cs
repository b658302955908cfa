using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Auditing;

namespace WeightSwarm.Tests.Node.Auditing;

public sealed class TimedBudgetTests
{
    private readonly Stamps _time = new();

    private static NodeId Peer(int number) => new(Hash256.Of([(byte)number]));

    private sealed class Stamps : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromDays(1);

        public override long GetTimestamp() => Now.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }

    [Fact]
    public void TryTake_OfOnePeer_IsEightAndOneInNinetyMinutes()
    {
        var budget = new TimedBudget(_time);
        for (var i = 0; i < TimedBudget.Burst; i++) Assert.True(budget.TryTake(Peer(1)));
        Assert.False(budget.TryTake(Peer(1)));
        Assert.True(budget.TryTake(Peer(2)));
        _time.Now += TimeSpan.FromMinutes(89);
        Assert.False(budget.TryTake(Peer(1)));
        _time.Now += TimeSpan.FromMinutes(1);
        Assert.True(budget.TryTake(Peer(1)));
        Assert.False(budget.TryTake(Peer(1)));
    }

    [Fact]
    public void TryTake_OfManyPeers_IsNoMoreThanThatOfAll()
    {
        var budget = new TimedBudget(_time);
        Assert.Equal(TimedBudget.BurstOfAll, Enumerable.Range(0, 100).Count(n => budget.TryTake(Peer(n))));
        _time.Now += TimeSpan.FromMinutes(10);
        Assert.Equal(2, Enumerable.Range(0, 100).Count(n => budget.TryTake(Peer(n))));
        // Ten days of asking all the time: one in five minutes.
        var made = 0;
        for (var minute = 0; minute < 14_400; minute++)
        {
            _time.Now += TimeSpan.FromMinutes(1);
            for (var n = 0; n < 100; n++)
                if (budget.TryTake(Peer(n)))
                    made++;
        }
        Assert.InRange(made, 2_800, 2_881);
    }
}
