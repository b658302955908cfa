using System.Security.Cryptography;

namespace WeightSwarm.Core.Identity;

/// <summary>A key that can sign: ECDSA P-256 in the daemon, a cheap stand-in under simulation.</summary>
public interface ISigner
{
    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    byte[] PublicKey { get; }

    /// <summary>A signature over the data, in the form that <see cref="ISignatureVerifier"/> of the same scheme
    /// checks.</summary>
    byte[] Sign(ReadOnlySpan<byte> data);
}

/// <summary>Checks signatures of one scheme. Pure: the same arguments give the same answer.</summary>
public interface ISignatureVerifier
{
    /// <summary>False for a wrong signature and for a key that is not one.</summary>
    bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature);
}

/// <summary>ECDSA over P-256 with SHA-256; signatures are IEEE P1363 (r | s, 64 bytes). FIPS 186-5.</summary>
public sealed class EcdsaVerifier : ISignatureVerifier
{
    private const string P256 = "1.2.840.10045.3.1.7";

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != 64) return false;
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            if (read != publicKey.Length || key.ExportParameters(false).Curve.Oid.Value != P256) return false;
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
