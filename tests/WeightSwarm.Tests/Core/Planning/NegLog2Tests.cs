using System.Numerics;
using WeightSwarm.Core;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

public sealed class NegLog2Tests
{
    // The straight line between 4,096 points is at most 1/4096^2 / (8 ln 2) = 1.0749e-8 too low; in units of 2^-40.
    private const int LineError = 11_819;
    private const int RoundingError = 2;

    [Theory]
    [InlineData(1UL << 63, 1)]
    [InlineData(1UL << 62, 2)]
    [InlineData(1UL << 32, 32)]
    [InlineData(1UL, 64)]
    [InlineData(0UL, 64)]
    public void Of_PowerOfTwo_IsExact(ulong uniform, int bits) =>
        Assert.Equal((ulong)bits << NegLog2.FractionBits, NegLog2.Of(uniform));

    [Fact]
    public void Of_LargestInput_IsAboveZero() => Assert.InRange(NegLog2.Of(ulong.MaxValue), 1UL, 2UL);

    [Fact]
    public void Of_AnyInput_StaysWithinTheDocumentedError()
    {
        const ulong Seed = 20_260_101;
        var random = new SplitMix64(Seed);
        for (var i = 0; i < 4_000; i++)
        {
            // Shifts spread the inputs over all magnitudes; the two in the middle of a step are the worst case.
            var uniform = (random.Next() | 1) >> (int)random.Below(40);
            var error = (BigInteger)NegLog2.Of(uniform) - Exact(uniform);
            Assert.True(error >= -RoundingError && error <= LineError + RoundingError,
                $"seed {Seed}: -log2({uniform}) is off by {error} * 2^-40");
        }
    }

    [Fact]
    public void Of_GrowingInputs_NeverGrows()
    {
        const ulong Seed = 7;
        var random = new SplitMix64(Seed);
        for (var i = 0; i < 200_000; i++)
        {
            var low = random.Next() >> (int)random.Below(60);
            var high = low + (ulong)random.Below(1L << (int)(1 + random.Below(40)));
            if (high < low) continue;
            Assert.True(NegLog2.Of(high) <= NegLog2.Of(low), $"seed {Seed}: grows between {low} and {high}");
        }
    }

    /// <summary>64 * 2^40 - log2(uniform) * 2^40, by squaring a 200-bit mantissa once for each digit.</summary>
    private static BigInteger Exact(ulong uniform)
    {
        const int Bits = 200;
        var whole = BitOperations.Log2(uniform);
        var mantissa = (BigInteger)uniform << (Bits - whole);
        BigInteger log = whole;
        for (var digit = 0; digit < NegLog2.FractionBits; digit++)
        {
            mantissa = (mantissa * mantissa) >> Bits;
            var two = mantissa >> (Bits + 1) > 0;
            if (two) mantissa >>= 1;
            log = (log << 1) | (two ? 1 : 0);
        }
        return ((BigInteger)64 << NegLog2.FractionBits) - log;
    }
}
