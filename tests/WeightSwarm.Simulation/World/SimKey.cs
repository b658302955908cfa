using System.Buffers.Binary;
using System.Security.Cryptography;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// A key that signs by hashing: as cheap as a signature can be, the same on every machine, and no secret at all. What
/// the simulator tests is what a core does with a verdict on a signature, not the signature.
/// </summary>
internal sealed class SimKey : ISigner, ISignatureVerifier
{
    public SimKey(ulong seed, int number)
    {
        Span<byte> name = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(name, seed);
        BinaryPrimitives.WriteInt32LittleEndian(name[8..], number);
        PublicKey = SHA256.HashData(name);
        Id = NodeId.Of(PublicKey);
    }

    public byte[] PublicKey { get; }
    public NodeId Id { get; }

    public byte[] Sign(ReadOnlySpan<byte> data) => Digest(PublicKey, data);

    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        Digest(publicKey, data).AsSpan().SequenceEqual(signature);

    private static byte[] Digest(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        Span<byte> both = stackalloc byte[64];
        SHA256.HashData(key, both);
        SHA256.HashData(data, both[32..]);
        return SHA256.HashData(both);
    }
}
