using System.Buffers.Binary;

namespace WeightSwarm.Core.Formats;

/// <summary>
/// 64 bits that stand for a name, so that a million names need not be kept. Two names with one hash would be taken for
/// one; that needs about 2^32 names, or somebody who only harms a file of his own.
/// </summary>
internal static class NameHash
{
    public static ulong Of(ReadOnlySpan<byte> name)
    {
        var hash = SplitMix64.Mix((ulong)name.Length + 0x9E3779B97F4A7C15UL);
        for (; name.Length >= 8; name = name[8..])
            hash = SplitMix64.Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(name));
        ulong rest = 0;
        foreach (var octet in name) rest = (rest << 8) | octet;
        return SplitMix64.Mix(hash ^ rest) + hash;
    }
}
