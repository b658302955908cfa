using WeightSwarm.Core;

namespace WeightSwarm.Tests.Core;

public sealed class SplitMix64Tests
{
    /// <summary>The published sequence of the reference implementation for seed 1234567.</summary>
    [Fact]
    public void Next_OfTheReferenceSeed_GivesTheReferenceSequence()
    {
        var random = new SplitMix64(1234567);
        ulong[] expected =
        [
            6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
        ];
        Assert.Equal(expected, expected.Select(_ => random.Next()));
    }

    [Fact]
    public void Below_ABound_StaysBelowAndReachesEverything()
    {
        var random = new SplitMix64(1);
        var counts = new int[7];
        for (var i = 0; i < 70_000; i++) counts[random.Below(7)]++;
        Assert.All(counts, count => Assert.InRange(count, 9_500, 10_500));
        Assert.Equal(0, random.Below(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Below(0));
    }

    [Fact]
    public void Split_GivesASequenceOfItsOwn()
    {
        var random = new SplitMix64(1);
        var part = random.Split();
        Assert.NotEqual(random.Next(), part.Next());
        Assert.Equal(new SplitMix64(new SplitMix64(1).Next()).Next(), new SplitMix64(1).Split().Next());
    }
}
