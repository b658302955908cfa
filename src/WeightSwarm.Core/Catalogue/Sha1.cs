using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace WeightSwarm.Core.Catalogue;

/// <summary>
/// SHA-1, which BEP 3 prescribes for pieces and info-hashes of v1. Nothing is trusted on its word alone: every model
/// has SHA-256 hashes as well.
/// </summary>
public static class Sha1
{
    /// <summary>Length in bytes.</summary>
    public const int Size = 20;

    /// <summary>SHA-1 of the data, 20 bytes.</summary>
    [SuppressMessage("Security", "CA5350", Justification = "BEP 3 prescribes SHA-1")]
    public static byte[] Of(ReadOnlySpan<byte> data) => SHA1.HashData(data);
}
