using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Node.Gossip;

/// <summary>The id behind a peer's certificate. The TLS handshake has proved that the peer has the key.</summary>
internal static class PeerKey
{
    /// <summary>Spares each handshake the search for issuers, which a self-signed certificate does not have, among all
    /// that the machine trusts.</summary>
    public static X509ChainPolicy NoChain() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        VerificationFlags = X509VerificationFlags.AllFlags,
        DisableCertificateDownloads = true,
    };

    public static NodeId? Of(X509Certificate? presented)
    {
        if (presented is not X509Certificate2 certificate) return null;
        using var key = certificate.GetECDsaPublicKey();
        if (key is null || key.KeySize != 256) return null;
        try
        {
            return NodeId.Of(key.ExportSubjectPublicKeyInfo());
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}

/// <summary>Limits of the gossip protocol (design section 5), in bytes.</summary>
internal static class GossipLimits
{
    /// <summary>The largest frame, a content part included.</summary>
    public const int FrameBytes = 256 * 1024;
}
