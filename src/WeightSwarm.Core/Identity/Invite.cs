using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;

namespace WeightSwarm.Core.Identity;

/// <summary>
/// What a new node needs to find a network: its id and a few addresses of members. As text: "wsw1", then base32 of the
/// network id (32 bytes), the number of addresses (1), each address (length 4 or 16, bytes, port big-endian), and the
/// first four bytes of the SHA-256 of all that, so that a mistyped invite is noticed.
/// </summary>
/// <param name="Network">Which network.</param>
/// <param name="Addresses">Gossip addresses of members, at most 8.</param>
public sealed record Invite(NetworkId Network, ImmutableArray<IPEndPoint> Addresses)
{
    private const string Prefix = "wsw1";
    private const int MostAddresses = 8, ChecksumBytes = 4, LongestText = 400;

    /// <summary>The invite of a text; else null and why not.</summary>
    public static Invite? Parse(string text, out string problem)
    {
        text = text.Trim();
        problem = "";
        if (!text.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            problem = "an invite starts with \"wsw1\"; copy it whole";
        else if (text.Length > LongestText || !Base32.TryDecode(text.AsSpan(Prefix.Length), out var bytes))
            problem = "the invite has characters, or a length, that no invite has; copy it again, whole";
        else if (bytes.Length < Hash256.Size + 1 + ChecksumBytes || !HasChecksum(bytes))
            problem = "the invite is incomplete or mistyped (its checksum does not match); copy it again, whole";
        else if (Read(bytes.AsSpan(0, bytes.Length - ChecksumBytes)) is { } invite)
            return invite;
        else
            problem = "the invite holds an address that cannot be read; ask for a new one";
        return null;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var bytes = new List<byte>(Network.Hash.ToArray()) { (byte)Math.Min(Addresses.Length, MostAddresses) };
        Span<byte> port = stackalloc byte[2];
        foreach (var address in Addresses.Take(MostAddresses))
        {
            var ip = address.Address.GetAddressBytes();
            BinaryPrimitives.WriteUInt16BigEndian(port, (ushort)address.Port);
            bytes.Add((byte)ip.Length);
            bytes.AddRange(ip);
            bytes.AddRange(port);
        }
        bytes.AddRange(Checksum(bytes.ToArray()));
        return Prefix + Base32.Encode(bytes.ToArray());
    }

    private static Invite? Read(ReadOnlySpan<byte> bytes)
    {
        var network = new NetworkId(new Hash256(bytes[..Hash256.Size]));
        var count = bytes[Hash256.Size];
        var rest = bytes[(Hash256.Size + 1)..];
        var addresses = ImmutableArray.CreateBuilder<IPEndPoint>();
        for (var i = 0; i < count; i++)
        {
            if (rest.IsEmpty || rest[0] is not (4 or 16) || rest.Length < rest[0] + 3) return null;
            var ip = new IPAddress(rest.Slice(1, rest[0]));
            addresses.Add(new IPEndPoint(ip, BinaryPrimitives.ReadUInt16BigEndian(rest[(1 + rest[0])..])));
            rest = rest[(rest[0] + 3)..];
        }
        return rest.IsEmpty && count <= MostAddresses ? new Invite(network, addresses.ToImmutable()) : null;
    }

    private static bool HasChecksum(byte[] bytes) =>
        Checksum(bytes.AsSpan(0, bytes.Length - ChecksumBytes)).AsSpan()
            .SequenceEqual(bytes.AsSpan(bytes.Length - ChecksumBytes));

    private static byte[] Checksum(ReadOnlySpan<byte> bytes) => Hash256.Of(bytes).ToArray()[..ChecksumBytes];
}
