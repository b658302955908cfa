namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>Arithmetic modulo the prime 2^127 - 1. Arguments and results are in [0, 2^127 - 1).</summary>
internal static class Mersenne127
{
    public static readonly UInt128 Prime = UInt128.MaxValue >> 1;

    /// <summary>Any 128 bits, modulo the prime.</summary>
    public static UInt128 Reduce(UInt128 value)
    {
        UInt128 folded = (value & Prime) + (value >> 127);
        return folded >= Prime ? folded - Prime : folded;
    }

    public static UInt128 Add(UInt128 left, UInt128 right) => Reduce(left + right);

    /// <summary>Schoolbook on 64-bit halves, using 2^127 = 1; no sum below exceeds 128 bits.</summary>
    public static UInt128 Multiply(UInt128 left, UInt128 right)
    {
        ulong a0 = (ulong)left, a1 = (ulong)(left >> 64), b0 = (ulong)right, b1 = (ulong)(right >> 64);
        UInt128 low = Product(a0, b0);
        UInt128 middle = Product(a0, b1) + Product(a1, b0);
        UInt128 high = Product(a1, b1);
        UInt128 upper = (high << 1) + (middle >> 63) + new UInt128((ulong)middle & (ulong.MaxValue >> 1), 0);
        return Add(Reduce(upper), Reduce(low));
    }

    private static UInt128 Product(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return new UInt128(high, low);
    }
}
