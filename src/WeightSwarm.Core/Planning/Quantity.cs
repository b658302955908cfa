using System.Numerics;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// Sizes as they stand in node records: rounded down to two steps per power of two (1, 1.5, 2, 3, 4, …), so that a
/// record need not be renewed, nor a rendezvous weight change, with every block that is written.
/// </summary>
public static class Quantity
{
    /// <summary>The largest step that is not above <paramref name="bytes"/>; 0 for none.</summary>
    public static long Quantise(long bytes)
    {
        if (bytes < 2) return Math.Max(bytes, 0);
        var power = 1L << BitOperations.Log2((ulong)bytes);
        return bytes - power >= power >> 1 ? power + (power >> 1) : power;
    }
}
