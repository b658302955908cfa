using System.Buffers.Binary;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core;

/// <summary>16 bytes that make a challenge unlike every other one.</summary>
/// <param name="Value">The bytes, big-endian.</param>
public readonly record struct Nonce(UInt128 Value)
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 16;

    private static ReadOnlySpan<byte> Domain => "weightswarm/nonce/1\0"u8;

    /// <summary>The 16 bytes.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Value);
        return bytes;
    }

    /// <summary>Reads exactly 16 bytes, or says no.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Nonce nonce)
    {
        nonce = bytes.Length == Size ? new Nonce(BinaryPrimitives.ReadUInt128BigEndian(bytes)) : default;
        return bytes.Length == Size;
    }

    /// <summary>The nonce that whoever has the secret gives this holder for this slice in this attempt: SHA-256 of all
    /// of them, cut.</summary>
    public static Nonce Derive(ReadOnlySpan<byte> secret, long attempt, Hash256 model, int slice, NodeId holder)
    {
        var bytes = new byte[Domain.Length + secret.Length + sizeof(long) + sizeof(int) + 2 * Hash256.Size];
        var rest = bytes.AsSpan();
        Domain.CopyTo(rest);
        rest = rest[Domain.Length..];
        secret.CopyTo(rest);
        rest = rest[secret.Length..];
        BinaryPrimitives.WriteInt64LittleEndian(rest, attempt);
        BinaryPrimitives.WriteInt32LittleEndian(rest[sizeof(long)..], slice);
        rest = rest[(sizeof(long) + sizeof(int))..];
        model.CopyTo(rest);
        holder.Hash.CopyTo(rest[Hash256.Size..]);
        return new Nonce(Hash256.Of(bytes).High);
    }
}
