using System.Buffers.Binary;
using WeightSwarm.Core;

namespace WeightSwarm.Simulation.World;

/// <summary>More draws from the one source of chance.</summary>
internal static class SplitMixExtensions
{
    public static void Fill(this SplitMix64 random, Span<byte> bytes)
    {
        Span<byte> word = stackalloc byte[8];
        for (var at = 0; at < bytes.Length; at += 8)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(word, random.Next());
            word[..Math.Min(8, bytes.Length - at)].CopyTo(bytes[at..]);
        }
    }

    /// <summary>So many different numbers below the bound, in ascending order.</summary>
    public static List<int> Pick(this SplitMix64 random, int bound, int count)
    {
        var picked = new SortedSet<int>();
        while (picked.Count < count) picked.Add((int)random.Below(bound));
        return [.. picked];
    }
}
