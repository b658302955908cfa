using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace WeightSwarm.Core.Gossip.Admission;

/// <summary>
/// The leading bits of an address: of one host (IPv4 /32, IPv6 /64) or of a network that one owner is likely to have
/// whole (IPv4 /24, IPv6 /56; a wider one is IPv4 /16, IPv6 /32). Loopback, private and link-local addresses have
/// neither: behind them stand many nodes that have nothing to do with each other.
/// </summary>
/// <param name="IsV6">Which family.</param>
/// <param name="Prefix">The bits, the lowest ones zero.</param>
public readonly record struct AddressGroup(bool IsV6, ulong Prefix) : IComparable<AddressGroup>
{
    /// <summary>The host of an address, or null.</summary>
    public static AddressGroup? HostOf(IPAddress address) => Of(address, ulong.MaxValue, ulong.MaxValue);

    /// <summary>The network of an address, or null.</summary>
    public static AddressGroup? NetworkOf(IPAddress address) => Of(address, ~0xFFUL, ~0xFFUL);

    /// <summary>The wide network of an address, IPv4 /16 or IPv6 /32, or null.</summary>
    public static AddressGroup? WideOf(IPAddress address) => Of(address, ~0xFFFFUL, ~0xFFFFFFFFUL);

    /// <inheritdoc/>
    public int CompareTo(AddressGroup other) =>
        IsV6 == other.IsV6 ? Prefix.CompareTo(other.Prefix) : IsV6.CompareTo(other.IsV6);

    private static AddressGroup? Of(IPAddress address, ulong v4Mask, ulong v6Mask)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return null;
        var bytes = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return IsPrivate(bytes)
                ? null : new AddressGroup(false, BinaryPrimitives.ReadUInt32BigEndian(bytes) & v4Mask);
        return address.IsIPv6LinkLocal || address.IsIPv6UniqueLocal
            ? null : new AddressGroup(true, BinaryPrimitives.ReadUInt64BigEndian(bytes) & v6Mask);
    }

    /// <summary>RFC 1918, link-local, and the addresses of carriers' NATs (RFC 6598).</summary>
    private static bool IsPrivate(byte[] ip) =>
        ip[0] is 0 or 10 || ip[0] == 172 && ip[1] >> 4 == 1 || ip[0] == 192 && ip[1] == 168 ||
        ip[0] == 169 && ip[1] == 254 || ip[0] == 100 && ip[1] >> 6 == 1;
}
