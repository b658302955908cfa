using System.Buffers.Binary;

namespace WeightSwarm.Core;

/// <summary>
/// The seeded pseudo-random generator of every state in Core: the same seed gives the same run.
/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
/// </summary>
public sealed class SplitMix64(ulong seed)
{
    private ulong _state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        return Mix(_state);
    }

    /// <summary>A number in [0, <paramref name="bound"/>); bound at least 1. Bias below 2^-32 for bounds below
    /// 2^32.</summary>
    public long Below(long bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (long)Math.BigMul(Next(), (ulong)bound, out _);
    }

    /// <summary>A generator of its own for a part of a state, seeded from this one.</summary>
    public SplitMix64 Split() => new(Next());

    /// <summary>The finaliser alone: a bijection on 64 bits that scatters its input.</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>Takes an id into a digest: each of its four 8-byte big-endian words in turn.</summary>
    public static ulong Absorb(ulong state, Hash256 id)
    {
        Span<byte> bytes = stackalloc byte[Hash256.Size];
        id.CopyTo(bytes);
        for (var i = 0; i < Hash256.Size; i += sizeof(ulong))
            state = Mix((state + 0x9E37_79B9_7F4A_7C15) ^ BinaryPrimitives.ReadUInt64BigEndian(bytes[i..]));
        return state;
    }
}
