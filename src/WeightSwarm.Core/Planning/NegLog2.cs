using System.Numerics;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// Minus the binary logarithm of a uniform random number, in integers.
/// <para>
/// Throw a dart at the numbers between 0 and 1 and take -log2 of where it lands: the result is exponentially
/// distributed, and of several such results divided by weights the smallest is each one's with a chance in proportion
/// to its weight. Weighted rendezvous hashing needs just that, and needs every machine to agree on the last bit, which
/// a library's floating-point logarithm does not promise. So the logarithm is looked up in a table of 4,096 steps and
/// interpolated on a straight line between them.
/// </para>
/// <para>
/// Values are Q24.40: 24 bits before the binary point and 40 behind. The straight line lies below the curve by at
/// most (1/4096)^2 / 8 / ln 2 = 1.075e-8 bits, so that the result is at most that much too large, plus 2^-39 of
/// rounding. The result never grows where the input grows. Source: the same idea as CRUSH's straw2 (Weil, 2014),
/// whose 16 bits tie too often among 100,000 candidates.
/// </para>
/// </summary>
public static class NegLog2
{
    /// <summary>Bits behind the binary point.</summary>
    public const int FractionBits = 40;

    /// <summary>
    /// The largest result: 64, which stands for the input 1 of 2^64 (and for 0, whose logarithm is not a number).
    /// </summary>
    public const ulong Largest = 64UL << FractionBits;

    private const int IndexBits = 12;
    private const int RestBits = 63 - IndexBits;
    private const int GuardBits = 4;

    private static readonly ulong[] Table = BuildTable();

    /// <summary>
    /// -log2(<paramref name="uniform"/> / 2^64) in Q24.40; above 0 for every input, at most <see cref="Largest"/>.
    /// </summary>
    public static ulong Of(ulong uniform)
    {
        if (uniform == 0) return Largest;
        var zeros = BitOperations.LeadingZeroCount(uniform);
        var fraction = (uniform << zeros) & (ulong.MaxValue >> 1);
        var index = (int)(fraction >> RestBits);
        var rest = fraction & ((1UL << RestBits) - 1);
        var low = Table[index];
        var rise = Math.BigMul(Table[index + 1] - low, rest << (64 - RestBits), out _);
        var log = (low + rise) >> GuardBits;
        return Math.Max(1, ((ulong)(zeros + 1) << FractionBits) - log);
    }

    /// <summary>
    /// log2(1 + i/4096) for i = 0..4096 in Q20.44: four bits more than the result, to round once only.
    /// </summary>
    private static ulong[] BuildTable()
    {
        var table = new ulong[(1 << IndexBits) + 1];
        for (var i = 0; i < table.Length - 1; i++) table[i] = Log2(((ulong)i << RestBits) | (1UL << 63));
        table[^1] = 1UL << (FractionBits + GuardBits);
        return table;
    }

    /// <summary>
    /// The fraction of log2 of a mantissa in [2^63, 2^64), one binary digit for each squaring (Knuth, The Art of
    /// Computer Programming 1, exercise 1.2.2-25). Rounding errors add up to less than 2^-60.
    /// </summary>
    private static ulong Log2(ulong mantissa)
    {
        var log = 0UL;
        for (var digit = 0; digit < FractionBits + GuardBits; digit++)
        {
            var square = Math.BigMul(mantissa, mantissa, out var low);
            var atLeastTwo = square >> 63;
            mantissa = atLeastTwo == 1 ? square : (square << 1) | (low >> 63);
            log = (log << 1) | atLeastTwo;
        }
        return log;
    }
}
