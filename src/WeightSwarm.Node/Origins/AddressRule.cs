using System.Net;
using System.Net.Sockets;

namespace WeightSwarm.Node.Origins;

/// <summary>
/// Which addresses an origin may lead to. A curator writes origins, and every node of the network follows them: a name
/// that resolves to a machine of the owner's own network would let a stranger ask it for things (SSRF). What counts as
/// public: the special-purpose registries of RFC 6890 and RFC 8190, and multicast, are not.
/// </summary>
/// <param name="Public">Addresses of the internet; false for a daemon that stays on loopback.</param>
/// <param name="Private">Private networks and link-local addresses, where the owner says so.</param>
/// <param name="Loopback">This machine.</param>
public sealed record AddressRule(bool Public, bool Private, bool Loopback)
{
    private static readonly IPNetwork[] Locals =
    [
        .. new[] { "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10",
            "fc00::/7", "fe80::/10" }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork[] Nobodys =
    [
        .. new[] { "0.0.0.0/8", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
            "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/128", "100::/64",
            "2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16", "fec0::/10", "ff00::/8" }.Select(IPNetwork.Parse),
    ];

    // Addresses in which an IPv4 address lies that somebody else translates to: NAT64 and 6to4.
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96"), Nat64Local = IPNetwork
        .Parse("64:ff9b:1::/48"), SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>What a daemon may reach.</summary>
    /// <param name="listen">Where it listens; on loopback it stays on loopback.</param>
    /// <param name="drill">The network's pace is drill: demonstrations and tests on one machine.</param>
    /// <param name="local">The owner allows this machine and private networks.</param>
    public static AddressRule For(IPAddress listen, bool drill, bool local)
    {
        var stays = IPAddress.IsLoopback(listen);
        return new AddressRule(!stays, local && !stays, drill || local);
    }

    /// <summary>Whether a connection may be made to it.</summary>
    public bool Allows(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address)) return Loopback;
        if (Locals.Any(network => network.Contains(address))) return Private;
        if (Nobodys.Any(network => network.Contains(address)) || Nat64Local.Contains(address)) return false;
        if (address.AddressFamily == AddressFamily.InterNetwork) return Public;
        var bytes = address.GetAddressBytes();
        if (Nat64.Contains(address)) return Public && Allows(new IPAddress(bytes.AsSpan(12, 4)));
        if (SixToFour.Contains(address)) return Public && Allows(new IPAddress(bytes.AsSpan(2, 4)));
        // ::a.b.c.d, the deprecated IPv4-compatible form, leads nowhere good.
        return Public && bytes.AsSpan(0, 12).ContainsAnyExcept((byte)0);
    }
}
