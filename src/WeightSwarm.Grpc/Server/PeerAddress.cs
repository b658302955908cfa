using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Grpc.AspNetCore.Server;

/// <summary>Writes the client's address as gRPC does.</summary>
internal static class PeerAddress
{
    public static string Of(HttpContext http)
    {
        var connection = http.Connection;
        return connection.RemoteIpAddress switch
        {
            { AddressFamily: AddressFamily.InterNetwork } ip => $"ipv4:{ip}:{connection.RemotePort}",
            { } ip => $"ipv6:[{ip}]:{connection.RemotePort}",
            null => OfLocalSocket(http.Features.Get<IConnectionSocketFeature>()?.Socket.LocalEndPoint),
        };
    }

    private static string OfLocalSocket(EndPoint? endPoint) =>
        endPoint is UnixDomainSocketEndPoint socket ? $"unix:{socket}" : "unknown";
}
