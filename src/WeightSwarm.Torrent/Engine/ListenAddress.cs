using System.Net;
using System.Net.Sockets;

namespace WeightSwarm.Torrent.Engine;

/// <summary>Where to listen.</summary>
internal static class ListenAddress
{
    /// <summary>
    /// The same, with a port that is free now where libtorrent would take another one for each interface: on all
    /// addresses (0.0.0.0, ::) with port 0.
    /// </summary>
    public static IPEndPoint WithOnePort(IPEndPoint listen)
    {
        var all = listen.Address.Equals(IPAddress.Any) || listen.Address.Equals(IPAddress.IPv6Any);
        if (!all || listen.Port != 0)
            return listen;
        using var socket = new Socket(listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(listen);
        return new IPEndPoint(listen.Address, ((IPEndPoint)socket.LocalEndPoint!).Port);
    }
}
