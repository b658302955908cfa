using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace WeightSwarm.Node.Hosting;

/// <summary>
/// The certificate that carries a node's key in mutual TLS 1.3. Nobody checks its chain or names: the other side checks
/// that its key hashes to the node id that it expects.
/// </summary>
public static class SelfSignedCertificate
{
    /// <summary>
    /// A fresh certificate for the key: subject CN=node id, usable by client and server, valid from a day ago (clocks
    /// differ) for ten years. Holds the private key; dispose it after use.
    /// </summary>
    public static X509Certificate2 Create(NodeKey key, TimeProvider time) => key.Use(ecdsa =>
    {
        var request = new CertificateRequest($"CN={key.Id}", ecdsa, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        var uses = new OidCollection { new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2") };
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(uses, critical: false));
        var now = time.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
        // Through PKCS#12, so that the certificate owns its key and outlives NodeKey; the key never reaches a disk.
        return X509CertificateLoader.LoadPkcs12(
            made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.EphemeralKeySet);
    });
}
