using WeightSwarm.Core;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

public sealed class RendezvousTests
{
    private static readonly Hash256 Salt = Hash256.Of("salt"u8);

    [Fact]
    public void Score_FirstPlaces_FollowTheWeights()
    {
        ulong[] weights = [1, 1, 2, 3, 5, 8, 13, 21, 34, 55];
        const int Draws = 40_000;
        var wins = new int[weights.Length];
        for (var draw = 0; draw < Draws; draw++)
        {
            var order = Rendezvous.OrderDigest(Salt, Hash256.Of(BitConverter.GetBytes(draw)));
            wins[Best(order, weights)]++;
        }
        var total = weights.Aggregate(0UL, (a, b) => a + b);
        double chiSquare = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            var expected = (double)Draws * weights[i] / total;
            chiSquare += (wins[i] - expected) * (wins[i] - expected) / expected;
        }
        // 27.9 is passed by one fair order in a thousand with nine degrees of freedom.
        Assert.True(chiSquare < 27.9, $"chi-square {chiSquare:F1} of 9 degrees; wins {string.Join(' ', wins)}");
    }

    [Fact]
    public void Score_SecondPlaces_FollowTheWeightsOfThoseLeft()
    {
        ulong[] weights = [4, 4, 8, 16];
        const int Draws = 40_000;
        var seconds = new int[weights.Length];
        var firsts = 0;
        for (var draw = 0; draw < Draws; draw++)
        {
            var order = Rendezvous.OrderDigest(Salt, Hash256.Of(BitConverter.GetBytes(draw)));
            if (Best(order, weights) != 3) continue;
            firsts++;
            seconds[Best(order, weights.AsSpan(0, 3))]++;
        }
        double chiSquare = 0;
        for (var i = 0; i < 3; i++)
        {
            var expected = (double)firsts * weights[i] / 16;
            chiSquare += (seconds[i] - expected) * (seconds[i] - expected) / expected;
        }
        Assert.True(chiSquare < 13.8, $"chi-square {chiSquare:F1} of 2 degrees; {string.Join(' ', seconds)}");
    }

    [Fact]
    public void Score_OneWayOrDigests_IsTheSame()
    {
        var key = Rendezvous.GroupKey(Swarm.Model(3, 20), 11);
        var whole = Rendezvous.Score(Salt, key, Swarm.Id(5), 9);
        var parts = Rendezvous.Score(Rendezvous.OrderDigest(Salt, key), Rendezvous.NodeDigest(Swarm.Id(5)), 9);
        Assert.Equal(whole, parts);
    }

    [Fact]
    public void Score_AnotherSaltGroupOrNode_IsAnother()
    {
        var model = Swarm.Model(3, 20);
        var scores = new[]
        {
            Rendezvous.Score(Salt, Rendezvous.GroupKey(model, 0), Swarm.Id(5), 9),
            Rendezvous.Score(Hash256.Of("pepper"u8), Rendezvous.GroupKey(model, 0), Swarm.Id(5), 9),
            Rendezvous.Score(Salt, Rendezvous.GroupKey(model, 8), Swarm.Id(5), 9),
            Rendezvous.Score(Salt, Rendezvous.GroupKey(Swarm.Model(4, 20), 0), Swarm.Id(5), 9),
            Rendezvous.Score(Salt, Rendezvous.GroupKey(model, 0), Swarm.Id(6), 9),
        };
        Assert.Equal(scores.Length, scores.Distinct().Count());
    }

    [Fact]
    public void Draw_OneInputBitChanged_ChangesHalfOfTheOutputBits()
    {
        var random = new SplitMix64(4);
        long changed = 0;
        const int Trials = 4_000;
        for (var trial = 0; trial < Trials; trial++)
        {
            var order = random.Next();
            var node = random.Next();
            var bit = 1UL << (int)random.Below(64);
            changed += System.Numerics.BitOperations.PopCount(
                Rendezvous.Draw(order, node) ^ Rendezvous.Draw(order, node ^ bit));
        }
        Assert.InRange((double)changed / Trials, 31.5, 32.5);
    }

    [Fact]
    public void GroupKey_ModelOfCommonSize_IsSharedByEightSlices()
    {
        var model = Swarm.Model(1, 20);
        Assert.Equal(Rendezvous.GroupKey(model, 0), Rendezvous.GroupKey(model, 7));
        Assert.NotEqual(Rendezvous.GroupKey(model, 7), Rendezvous.GroupKey(model, 8));
    }

    [Fact]
    public void GroupKey_ModelAbove500GiB_IsSharedByThirtyTwoSlices()
    {
        var model = Swarm.Model(1, 501, 1L << 30);
        Assert.Equal(Rendezvous.GroupKey(model, 0), Rendezvous.GroupKey(model, 31));
        Assert.NotEqual(Rendezvous.GroupKey(model, 31), Rendezvous.GroupKey(model, 32));
    }

    [Fact]
    public void Weight_GrowingRoom_GrowsInStepsOfTheRootOfTwo()
    {
        Assert.Equal(1UL, Rendezvous.Weight(0));
        Assert.Equal(256UL, Rendezvous.Weight(350_000_000));
        Assert.Equal(181UL, Rendezvous.Weight(200_000_000));
        Assert.Equal(1UL << 20, Rendezvous.Weight(1L << 40));
        Assert.Equal((1UL << 20) * 92_682 >> 16, Rendezvous.Weight(3L << 39));
    }

    [Fact]
    public void Weight_AnyRoom_IsWithinARootOfTwoBelowIt()
    {
        var random = new SplitMix64(11);
        for (var i = 0; i < 10_000; i++)
        {
            var free = (long)(random.Next() >> (int)(10 + random.Below(33)));
            var mebibytes = Math.Max(1, free >> 20);
            var weight = (long)Rendezvous.Weight(free);
            Assert.True(weight <= mebibytes && mebibytes * 100 < (weight + 1) * 142, $"{free} bytes weigh {weight}");
        }
    }

    // Lemma 1: two views' ranks of a node differ by at most the number of candidates that only one of them has.
    [Fact]
    public void RankOf_ViewsThatDiffer_DiffersByAtMostTheirDifference()
    {
        for (ulong seed = 1; seed <= 300; seed++)
        {
            var random = new SplitMix64(seed);
            var count = (int)(2 + random.Below(200));
            var scores = Enumerable.Range(0, count).Select(_ => random.Next() >> (int)random.Below(60)).ToArray();
            var mine = Enumerable.Range(0, count).Select(_ => random.Below(100) < 90).ToArray();
            var yours = mine.Select(m => random.Below(100) < 10 ? !m : m).ToArray();
            var self = (int)random.Below(count);
            var difference = mine.Zip(yours).Count(pair => pair.First != pair.Second);
            var ranks = (Rank(self, scores, mine), Rank(self, scores, yours));
            Assert.True(
                Math.Abs(ranks.Item1 - ranks.Item2) <= difference, $"seed {seed}: {ranks}, {difference} differ");
        }
    }

    [Fact]
    public void RankOf_EqualScores_GoesByNodeOrder()
    {
        bool[] all = [true, true, true];
        Assert.Equal(0, Rank(0, [5, 5, 5], all));
        Assert.Equal(1, Rank(1, [5, 5, 5], all));
        Assert.Equal(2, Rank(2, [5, 5, 5], all));
    }

    private static int Rank(int self, ulong[] scores, bool[] eligible) =>
        Rendezvous.RankOf(scores[self], self, scores, [.. Enumerable.Range(0, scores.Length)], eligible);

    private static int Best(ulong order, ReadOnlySpan<ulong> weights)
    {
        var best = 0;
        var bestScore = ulong.MaxValue;
        for (var i = 0; i < weights.Length; i++)
        {
            var score = Rendezvous.Score(order, Rendezvous.NodeDigest(Swarm.Id(i)), weights[i]);
            if (score < bestScore) (best, bestScore) = (i, score);
        }
        return best;
    }
}
