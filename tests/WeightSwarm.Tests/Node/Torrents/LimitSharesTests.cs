using WeightSwarm.Node.Torrents;

namespace WeightSwarm.Tests.Node.Torrents;

public class LimitSharesTests
{
    [Fact]
    public void Of_NoLimit_LimitsNobody() => Assert.Equal<int>([0, 0], [.. LimitShares.Of(0, [5, 5], [0, 0])]);

    [Fact]
    public void Of_OneEngine_HasItAll() => Assert.Equal<int>([1000], [.. LimitShares.Of(1000, [0], [0])]);

    [Fact]
    public void Of_AQuietAndAHungryEngine_GivesAlmostAllToTheHungry() =>
        Assert.Equal<int>([10, 990], [.. LimitShares.Of(1000, [0, 500], [500, 500])]);

    [Fact]
    public void Of_TwoHungryEngines_SharesEvenly() =>
        Assert.Equal<int>([500, 500], [.. LimitShares.Of(1000, [10, 990], [10, 990])]);

    [Fact]
    public void Of_AnythingAtAll_NeverSumsToMoreThanTheLimit()
    {
        var random = new Random(7);
        for (var round = 0; round < 10_000; round++)
        {
            var count = random.Next(1, 6);
            var limit = random.Next(10_000, int.MaxValue);
            var rates = Enumerable.Range(0, count).Select(_ => random.NextInt64(0, 2L * limit)).ToArray();
            var shares = Enumerable.Range(0, count).Select(_ => random.Next(0, limit)).ToArray();
            var given = LimitShares.Of(limit, rates, shares);
            Assert.True(given.Sum(g => (long)g) <= limit, $"round {round}: {string.Join(' ', given)} of {limit}");
            Assert.All(given, g => Assert.True(g >= limit / 100 / 2, $"round {round}: {g} of {limit}"));
        }
    }
}
