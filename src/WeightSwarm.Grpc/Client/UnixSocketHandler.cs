using System.Net.Sockets;

namespace Grpc.Net.Client;

/// <summary>Carries calls over a Unix domain socket. The channel's address is then just "http://localhost".</summary>
public static class UnixSocketHandler
{
    /// <summary>A handler whose every connection goes to the socket.</summary>
    /// <param name="path">The socket's path, at most 107 bytes.</param>
    /// <exception cref="ArgumentOutOfRangeException">The path is longer than the system allows.</exception>
    public static SocketsHttpHandler Create(string path)
    {
        var endPoint = new UnixDomainSocketEndPoint(path);
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = true,
            UseCookies = false,
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
    }
}
