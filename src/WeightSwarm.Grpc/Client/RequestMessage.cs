using System.Net;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>
/// Makes the HTTP request of a call. HttpClient joins the values of one key with ", ": text arrives joined, bytes are
/// split again by servers that follow the specification. grpcio does not and refuses the request.
/// </summary>
internal static class RequestMessage
{
    private static readonly string UserAgent =
        $"grpc-csharp-weightswarm/{typeof(RequestMessage).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>All of the request but its body.</summary>
    /// <param name="channel">Where it goes.</param>
    /// <param name="method">What is called.</param>
    /// <param name="host">The authority to claim; null: the channel's.</param>
    /// <param name="metadata">The caller's headers.</param>
    /// <param name="timeout">Time that is left; null: no limit.</param>
    /// <exception cref="RpcException">A header cannot be sent.</exception>
    public static HttpRequestMessage Create(
        GrpcChannel channel, IMethod method, string? host, Metadata? metadata, TimeSpan? timeout)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(channel.Address, method.FullName))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        var headers = request.Headers;
        headers.TryAddWithoutValidation(HeaderNames.Te, HeaderNames.Trailers);
        headers.TryAddWithoutValidation(HeaderNames.AcceptEncoding, HeaderNames.Identity);
        if (host is not null) headers.Host = host;
        if (timeout is { } left) headers.TryAddWithoutValidation(HeaderNames.Timeout, GrpcTimeout.Format(left));
        foreach (var entry in metadata ?? Metadata.Empty)
        {
            headers.TryAddWithoutValidation(entry.Key, MetadataCodec.FieldValue(entry));
        }

        if (!headers.Contains(HeaderNames.UserAgent)) headers.TryAddWithoutValidation(HeaderNames.UserAgent, UserAgent);
        return request;
    }
}
