using System.Security.Cryptography;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Tests.Core.Records;

/// <summary>A real key, for the tests that are about signatures.</summary>
internal sealed class EcdsaKey(ECCurve? curve = null) : ISigner, IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP256);

    public byte[] PublicKey => _key.ExportSubjectPublicKeyInfo();

    public byte[] Sign(ReadOnlySpan<byte> data) => _key.SignData(data, HashAlgorithmName.SHA256);

    public void Dispose() => _key.Dispose();
}
