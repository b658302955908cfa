using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>What the headers and trailers of a response say.</summary>
internal static class ResponseHead
{
    /// <summary>The status if the headers alone end the call. Null: messages follow.</summary>
    public static Status? EarlyStatus(HttpResponseMessage response)
    {
        if (FindStatus(response.Headers) is { } status) return status;
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return new Status(
                StatusMapping.FromHttpStatus(response.StatusCode),
                $"the server answered with HTTP status {(int)response.StatusCode} and no grpc-status");
        }

        var contentType = response.Content.Headers.ContentType?.ToString();
        return HeaderNames.IsGrpcContentType(contentType)
            ? null
            : new Status(StatusCode.Unknown, $"the server answered with content-type '{contentType}', not gRPC");
    }

    /// <summary>The status in the trailers.</summary>
    public static Status FinalStatus(HttpResponseHeaders trailers) =>
        FindStatus(trailers)
        ?? new Status(StatusCode.Unknown, "the server ended the response without a grpc-status");

    /// <summary>Header fields as metadata.</summary>
    /// <exception cref="RpcException">A binary value is not base64.</exception>
    public static Metadata Metadata(HttpHeaders headers)
    {
        var metadata = new Metadata();
        foreach (var (name, values) in headers.NonValidated) MetadataCodec.AddField(metadata, name, values);
        return metadata;
    }

    /// <summary>The value of "grpc-encoding", or null.</summary>
    public static string? Encoding(HttpResponseMessage response) => Find(response.Headers, HeaderNames.Encoding);

    private static Status? FindStatus(HttpHeaders headers)
    {
        if (Find(headers, HeaderNames.Status) is not { } code) return null;
        return new Status(
            StatusMapping.ParseCode(code), PercentCoding.Decode(Find(headers, HeaderNames.Message) ?? ""));
    }

    private static string? Find(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;
}
