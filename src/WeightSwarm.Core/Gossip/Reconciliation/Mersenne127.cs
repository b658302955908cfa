using System.Runtime.CompilerServices;

namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>
/// Arithmetic modulo the prime 2^127 - 1. Results are in [0, 2^127 - 1), and arguments must be. The halves are handled
/// one by one, because the compiler makes poor code of UInt128, and this is the inner loop of every fingerprint.
/// </summary>
internal static class Mersenne127
{
    private const ulong Low63 = ulong.MaxValue >> 1;

    /// <summary>Any 128 bits, modulo the prime.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 Reduce(UInt128 value) => Fold((ulong)(value >> 64), (ulong)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 Add(UInt128 left, UInt128 right)
    {
        ulong low = (ulong)left + (ulong)right;
        ulong carry = low < (ulong)left ? 1UL : 0UL;
        return Fold((ulong)(left >> 64) + (ulong)(right >> 64) + carry, low);
    }

    /// <summary>Schoolbook on 64-bit halves; what is at 2^127 and above comes back at 1, since 2^127 = 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UInt128 Multiply(UInt128 left, UInt128 right)
    {
        ulong a0 = (ulong)left, a1 = (ulong)(left >> 64), b0 = (ulong)right, b1 = (ulong)(right >> 64);
        ulong r1 = Math.BigMul(a0, b0, out ulong r0);
        ulong m1 = Math.BigMul(a0, b1, out ulong m0);
        ulong n1 = Math.BigMul(a1, b0, out ulong n0);
        ulong r3 = Math.BigMul(a1, b1, out ulong r2);
        r1 += m0;
        m1 += r1 < m0 ? 1UL : 0UL;
        r1 += n0;
        n1 += r1 < n0 ? 1UL : 0UL;
        r2 += m1;
        r3 += r2 < m1 ? 1UL : 0UL;
        r2 += n1;
        r3 += r2 < n1 ? 1UL : 0UL;
        ulong high0 = (r2 << 1) | (r1 >> 63), high1 = (r3 << 1) | (r2 >> 63);
        ulong low = r0 + high0;
        return Fold((r1 & Low63) + high1 + (low < r0 ? 1UL : 0UL), low);
    }

    /// <summary>Brings 128 bits below the prime: the top bit comes back at 1, and the prime itself is 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static UInt128 Fold(ulong high, ulong low)
    {
        ulong folded = low + (high >> 63);
        ulong top = (high & Low63) + (folded < low ? 1UL : 0UL);
        if (top < Low63) return new UInt128(top, folded);
        return top == Low63 && folded != ulong.MaxValue
            ? new UInt128(top, folded)
            : new UInt128(0, top == Low63 ? 0 : folded + 1);
    }
}
