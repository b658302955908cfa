using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Identity;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Gossip;

/// <summary>An outbound stream whose peer has proved its key.</summary>
internal sealed class DialledCall(
    NodeId peer, GrpcChannel channel, AsyncDuplexStreamingCall<Frame, Frame> call) : IAsyncDisposable
{
    public NodeId Peer => peer;
    public IAsyncStreamReader<Frame> Incoming => call.ResponseStream;
    public IAsyncStreamWriter<Frame> Outgoing => call.RequestStream;

    public ValueTask DisposeAsync()
    {
        call.Dispose();
        channel.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>
/// Opens streams: TLS 1.3 with this node's self-signed certificate. The peer's certificate is worth its key alone: the
/// key must hash to the id that was expected, where one was.
/// </summary>
public sealed partial class GossipDialer(
    X509Certificate2 certificate, GossipGate gate, ILogger<GossipDialer> log)
{
    private static readonly TimeSpan ConnectWait = TimeSpan.FromSeconds(10), KeepAlive = TimeSpan.FromSeconds(40);

    /// <summary>The stream, or null when nobody, or somebody else, answers there.</summary>
    internal async Task<DialledCall?> DialAsync(IPEndPoint address, NodeId? expected, CancellationToken cancellation)
    {
        if (gate.Refuses(address.Address)) return null;
        NodeId? proved = null;
        var handler = Handler(key =>
        {
            proved = key;
            return (expected is null || key == expected) && !gate.Refuses(key);
        });
        var channel = GrpcChannel.ForAddress($"https://{address}", new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = GossipLimits.FrameBytes,
        });
        try
        {
            var call = new V1.Gossip.GossipClient(channel).Session(cancellationToken: cancellation);
            await call.ResponseHeadersAsync.WaitAsync(ConnectWait, cancellation);
            if (proved is { } peer) return new DialledCall(peer, channel, call);
        }
        catch (Exception e) when (e is RpcException or HttpRequestException or TimeoutException or IOException)
        {
            LogNoAnswer(address, e.Message);
        }
        channel.Dispose();
        return null;
    }

    private SocketsHttpHandler Handler(Func<NodeId, bool> accept) => new()
    {
        ConnectTimeout = ConnectWait,
        KeepAlivePingDelay = KeepAlive,
        KeepAlivePingTimeout = KeepAlive,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            CertificateChainPolicy = PeerKey.NoChain(),
            ClientCertificates = [certificate],
            LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate,
            RemoteCertificateValidationCallback = (_, presented, _, _) =>
                PeerKey.Of(presented) is { } key && accept(key),
        },
    };

    [LoggerMessage(1001, LogLevel.Debug, "No gossip with {Address}: {Reason}")]
    private partial void LogNoAnswer(IPEndPoint address, string reason);
}
