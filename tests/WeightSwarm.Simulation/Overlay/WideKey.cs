using System.Security.Cryptography;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>A key that signs by hashing, with keys and signatures as long as those of P-256: where bytes are
/// counted.</summary>
internal sealed class WideKey : ISigner, ISignatureVerifier
{
    private const int KeyBytes = 91;

    public WideKey(ulong seed, int number)
    {
        PublicKey = new byte[KeyBytes];
        var digest = SHA256.HashData([.. BitConverter.GetBytes(seed), .. BitConverter.GetBytes(number)]);
        for (var at = 0; at < KeyBytes; at++) PublicKey[at] = digest[at % digest.Length];
        Id = NodeId.Of(PublicKey);
    }

    public byte[] PublicKey { get; }
    public NodeId Id { get; }

    public byte[] Sign(ReadOnlySpan<byte> data) => SHA512.HashData([.. PublicKey, .. SHA256.HashData(data)]);

    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature) =>
        SHA512.HashData([.. publicKey, .. SHA256.HashData(data)]).AsSpan().SequenceEqual(signature);
}
