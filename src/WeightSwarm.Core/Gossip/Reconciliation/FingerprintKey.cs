using System.Security.Cryptography;

namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>
/// The key of a session's fingerprints. A set of ids is fingerprinted as the product of (z + low + y * high) over the
/// halves of its ids, modulo 2^127 - 1, with its count (Lipton: Fingerprinting sets, 1989).
/// </summary>
/// <remarks>
/// Why not sums of hashes kept in the tree: an additive sum under a key that lives for a day is known to every peer
/// of that day, and ids can be ground until two sets agree (Wagner: A generalized birthday problem, 2002). Here y and
/// z come from a salt that the initiator draws for one session and shows to one peer, after the records exist. As
/// polynomials in y and z, the products of two different sets differ, since each is its own factorisation; so they
/// agree at a point drawn at random with a chance of at most n / 2^127 (Schwartz, Zippel), whatever the ids and
/// whatever was spent on choosing them. The 12 bytes that are sent agree by chance once in 2^96, and the next session
/// draws again. The price is reading the range once per session, some nanoseconds per item, where a salted SHA-256
/// would take hundreds.
/// </remarks>
public sealed class FingerprintKey
{
    /// <summary>Length of a salt in bytes.</summary>
    public const int SaltSize = 16;

    private FingerprintKey(Hash256 seed) => (Y, Z) = (Mersenne127.Reduce(seed.High), Mersenne127.Reduce(seed.Low));

    private FingerprintKey(UInt128 salt) => (Y, IsTrusting) = (salt, true);

    internal UInt128 Y { get; }

    internal UInt128 Z { get; }

    /// <summary>
    /// Fingerprints come from sums that the tree keeps: fast, and easy to deceive for whoever makes up ids. Only for
    /// nodes that all run in one process.
    /// </summary>
    internal bool IsTrusting { get; }

    /// <summary>The key of a salt among nodes that trust each other.</summary>
    /// <exception cref="ArgumentException">The salt does not have 16 bytes.</exception>
    public static FingerprintKey Trusting(ReadOnlySpan<byte> salt)
    {
        CheckSize(salt);
        return new FingerprintKey(System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(salt));
    }

    /// <summary>The key of a salt.</summary>
    /// <exception cref="ArgumentException">The salt does not have 16 bytes.</exception>
    public static FingerprintKey From(ReadOnlySpan<byte> salt)
    {
        CheckSize(salt);
        return new FingerprintKey(Hash256.Of([.. "weightswarm/reconcile/1\0"u8, .. salt]));
    }

    /// <summary>
    /// The salt of one session: unpredictable to all who lack the secret, and another one for every session number.
    /// </summary>
    /// <param name="secret">
    /// 32 bytes or more that the node draws at start from the operating system and tells nobody.
    /// </param>
    /// <param name="session">A number that the node never uses twice with this secret.</param>
    /// <exception cref="ArgumentException">The secret is shorter than 32 bytes.</exception>
    public static byte[] DeriveSalt(ReadOnlySpan<byte> secret, ulong session)
    {
        if (secret.Length < 32)
            throw new ArgumentException($"a secret has 32 bytes, not {secret.Length}", nameof(secret));
        Span<byte> number = stackalloc byte[sizeof(ulong)];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64LittleEndian(number, session);
        return HMACSHA256.HashData(secret, number)[..SaltSize];
    }

    private static void CheckSize(ReadOnlySpan<byte> salt)
    {
        if (salt.Length != SaltSize)
            throw new ArgumentException($"a salt has 16 bytes, not {salt.Length}", nameof(salt));
    }
}
