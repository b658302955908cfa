using System.Buffers.Binary;

namespace WeightSwarm.Core.Auditing;

/// <summary>Lots that follow from the nonce of a challenge, so that nobody can pick or foresee them.</summary>
internal static class NonceLot
{
    /// <summary>The first 64 bits of SHA-256(domain | nonce | model | slice | number), the numbers little-endian.
    /// </summary>
    public static ulong Of(ReadOnlySpan<byte> domain, Nonce nonce, Hash256 model, int slice, int number)
    {
        Span<byte> bytes = stackalloc byte[domain.Length + Nonce.Size + Hash256.Size + 2 * sizeof(int)];
        domain.CopyTo(bytes);
        var rest = bytes[domain.Length..];
        nonce.ToArray().CopyTo(rest);
        model.CopyTo(rest[Nonce.Size..]);
        rest = rest[(Nonce.Size + Hash256.Size)..];
        BinaryPrimitives.WriteInt32LittleEndian(rest, slice);
        BinaryPrimitives.WriteInt32LittleEndian(rest[sizeof(int)..], number);
        return Hash256.Of(bytes).Prefix;
    }
}
