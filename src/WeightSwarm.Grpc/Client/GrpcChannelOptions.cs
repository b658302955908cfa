namespace Grpc.Net.Client;

/// <summary>How a channel connects, and its limits.</summary>
public sealed class GrpcChannelOptions
{
    internal const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    /// <summary>
    /// Carries the calls; null: a <see cref="SocketsHttpHandler"/> of the channel's own, without proxy, cookies and
    /// redirects. Certificates, keep-alive pings and connection limits are set on the handler.
    /// </summary>
    public HttpMessageHandler? HttpHandler { get; set; }

    /// <summary>True: the channel disposes <see cref="HttpHandler"/> with itself. False by default.</summary>
    public bool DisposeHttpClient { get; set; }

    /// <summary>Largest response in bytes; null: any. 4 MiB by default. A larger one: ResourceExhausted.</summary>
    public int? MaxReceiveMessageSize { get; set; } = DefaultMaxReceiveMessageSize;

    /// <summary>Largest request in bytes; null, the default: any. A larger one: ResourceExhausted, unsent.</summary>
    public int? MaxSendMessageSize { get; set; }
}
