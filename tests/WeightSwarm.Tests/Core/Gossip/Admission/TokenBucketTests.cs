using WeightSwarm.Core;
using WeightSwarm.Core.Gossip.Admission;

namespace WeightSwarm.Tests.Core.Gossip.Admission;

public sealed class TokenBucketTests
{
    [Fact]
    public void TryTake_OfAFullBucket_GivesTheBurstAndThenTheRate()
    {
        var bucket = new TokenBucket();
        var rate = new TokenRate(3, 500);
        Assert.Equal([true, true, true, false], Enumerable.Range(0, 4).Select(_ => bucket.TryTake(rate, 1, 10_000)));
        Assert.False(bucket.TryTake(rate, 1, 11_999));
        Assert.True(bucket.TryTake(rate, 1, 12_000));
        Assert.False(bucket.TryTake(rate, 1, 12_000));
        Assert.False(bucket.IsFull(rate, 17_999));
        Assert.True(bucket.IsFull(rate, 18_000));
    }

    [Fact]
    public void TryTake_OfMoreThanTheBurst_IsRefusedForGood()
    {
        var bucket = new TokenBucket();
        Assert.False(bucket.TryTake(new TokenRate(3, 1_000), 4, long.MaxValue / 2));
        Assert.True(bucket.TryTake(new TokenRate(3, 1_000), 3, long.MaxValue / 2));
    }

    /// <summary>Against the definition: what passes in any span is at most the burst and what flowed back.</summary>
    [Fact]
    public void TryTake_OverRandomTimes_NeverPassesMoreThanBurstAndRate()
    {
        const ulong Seed = 71;
        var random = new SplitMix64(Seed);
        var bucket = new TokenBucket();
        var rate = new TokenRate(50, 7_300);
        List<(long AtMs, long Sum)> passed = [(0, 0)];
        for (long now = 0, sum = 0; passed.Count < 2_000; now += (long)random.Below(300))
        {
            var tokens = (long)random.Below(9);
            if (!bucket.TryTake(rate, tokens, now)) continue;
            passed.Add((now, sum += tokens));
        }
        for (var i = 1; i < passed.Count; i++)
            for (var j = Math.Max(0, i - 200); j < i; j++)
            {
                // What passed at j itself came before the span.
                var (from, to) = (passed[j], passed[i]);
                var most = 50 * 1_000_000L + (to.AtMs - from.AtMs) * 7_300;
                Assert.True((to.Sum - from.Sum) * 1_000_000 <= most, $"seed {Seed}: {from} to {to}");
            }
    }
}
