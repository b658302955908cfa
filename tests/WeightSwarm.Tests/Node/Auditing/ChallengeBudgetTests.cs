using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Auditing;

namespace WeightSwarm.Tests.Node.Auditing;

public sealed class ChallengeBudgetTests
{
    private readonly Stamps _time = new();

    private static NodeId Peer(byte number) => new(Hash256.Of([number]));

    private sealed class Stamps : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromDays(1);

        public override long GetTimestamp() => Now.Ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;
    }

    [Fact]
    public void TryTake_AfterTheBurst_RefusesThatPeerAloneUntilTimeHasPassed()
    {
        var budget = new ChallengeBudget(_time);
        for (var i = 0; i < ChallengeBudget.Burst; i++) Assert.True(budget.TryTake(Peer(1)));
        Assert.False(budget.TryTake(Peer(1)));
        Assert.True(budget.TryTake(Peer(2)));
        _time.Now += TimeSpan.FromSeconds(4);
        Assert.True(budget.TryTake(Peer(1)));
        Assert.True(budget.TryTake(Peer(1)));
        Assert.False(budget.TryTake(Peer(1)));
    }

    [Fact]
    public void TryTake_LongPause_GivesTheBurstBackAndNotMore()
    {
        var budget = new ChallengeBudget(_time);
        for (var i = 0; i < ChallengeBudget.Burst; i++) budget.TryTake(Peer(1));
        _time.Now += TimeSpan.FromHours(5);
        for (var i = 0; i < ChallengeBudget.Burst; i++) Assert.True(budget.TryTake(Peer(1)));
        Assert.False(budget.TryTake(Peer(1)));
    }
}
