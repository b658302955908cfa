using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using WeightSwarm.Node.Hosting;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Gossip;

/// <summary>The gossip port: mutual TLS 1.3, one service, and nothing else behind it.</summary>
public sealed class GossipServer(
    DaemonOptions options, X509Certificate2 certificate, SessionTable sessions, GossipGate gate) : WebServer("gossip")
{
    /// <inheritdoc/>
    protected override void Listen(KestrelServerOptions kestrel)
    {
        Limit(kestrel.Limits);
        kestrel.Listen(options.Listen, options.GossipPort, endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http2;
            endpoint.Use(next => connection => gate.RunAsync(connection, next));
            endpoint.UseHttps(new HttpsConnectionAdapterOptions
            {
                ServerCertificate = certificate,
                SslProtocols = SslProtocols.Tls13,
                ClientCertificateMode = ClientCertificateMode.RequireCertificate,
                // Self-signed by rule; the key is what counts, and its id is told to the core.
                ClientCertificateValidation = (presented, _, _) =>
                    PeerKey.Of(presented) is { } peer && !gate.Refuses(peer),
                OnAuthenticate = (_, tls) => tls.CertificateChainPolicy = PeerKey.NoChain(),
                HandshakeTimeout = TimeSpan.FromSeconds(5),
            });
            endpoint.Use(next => connection => GossipGate.ShakenAsync(connection, next));
        });
    }

    /// <summary>One stream is all that a peer needs; what a connection may have in flight fits one frame.</summary>
    private static void Limit(KestrelServerLimits limits)
    {
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(20);
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(40);
        limits.Http2.MaxStreamsPerConnection = 2;
        limits.Http2.InitialStreamWindowSize = limits.Http2.InitialConnectionWindowSize =
            GossipLimits.FrameBytes + 64 * 1024;
    }

    /// <inheritdoc/>
    protected override void Map(WebApplication app) => app.MapGrpcService(
        V1.Gossip.BindService(new GossipService(sessions, gate)),
        new GrpcServiceOptions { MaxReceiveMessageSize = GossipLimits.FrameBytes });

    private sealed class GossipService(SessionTable sessions, GossipGate gate) : V1.Gossip.GossipBase
    {
        public override async Task Session(
            IAsyncStreamReader<Frame> requestStream, IServerStreamWriter<Frame> responseStream,
                ServerCallContext context)
        {
            var connection = context.GetHttpContext().Connection;
            if (PeerKey.Of(connection.ClientCertificate) is not { } peer)
                throw new RpcException(
                    new Status(StatusCode.Unauthenticated, "a P-256 client certificate is required"));
            var remote = new IPEndPoint(Plain(connection.RemoteIpAddress), connection.RemotePort);
            await context.WriteResponseHeadersAsync([]);
            if (!gate.Refuses(peer))
                await sessions.RunAsync(peer, outbound: false, remote, requestStream, responseStream);
            if (gate.Refuses(peer)) context.GetHttpContext().Features.Get<GossipConnection>()?.EndSoon();
        }

        /// <summary>A socket on all of IPv6 and IPv4 shows an IPv4 peer as ::ffff:a.b.c.d, which nobody else could
        /// dial.</summary>
        private static IPAddress Plain(IPAddress? address) =>
            address is null ? IPAddress.None : address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
