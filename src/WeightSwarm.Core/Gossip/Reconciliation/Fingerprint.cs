using System.Buffers.Binary;

namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>What two nodes compare to see whether they have the same items in a range: 12 bytes.</summary>
public readonly record struct Fingerprint
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 12;

    private readonly ulong _a;
    private readonly uint _b;

    private Fingerprint(ReadOnlySpan<byte> bytes)
    {
        _a = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        _b = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
    }

    /// <summary>Reads 12 bytes, or says no.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Fingerprint fingerprint)
    {
        fingerprint = bytes.Length == Size ? new Fingerprint(bytes) : default;
        return bytes.Length == Size;
    }

    /// <summary>The 12 bytes in an array of their own.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _a);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(8), _b);
        return bytes;
    }

    private Fingerprint(ulong a, uint b) => (_a, _b) = (a, b);

    /// <summary>Of a sum of ids: good among those who trust each other, and for nobody else.</summary>
    internal static Fingerprint OfSum(UInt128 sum, long count, FingerprintKey key)
    {
        var low = SplitMix64.Mix((ulong)sum ^ (ulong)key.Y);
        return new Fingerprint(SplitMix64.Mix(low + (ulong)(sum >> 64)), (uint)SplitMix64.Mix(low ^ (ulong)count));
    }

    internal static Fingerprint Of(UInt128 product, long count)
    {
        Span<byte> input = stackalloc byte[24];
        BinaryPrimitives.WriteUInt128LittleEndian(input, product);
        BinaryPrimitives.WriteInt64LittleEndian(input[16..], count);
        Span<byte> digest = stackalloc byte[Hash256.Size];
        System.Security.Cryptography.SHA256.HashData(input, digest);
        return new Fingerprint(digest[..Size]);
    }
}
