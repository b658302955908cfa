using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>The body of a call with one request, serialized before anything is sent.</summary>
internal sealed class SingleRequestContent : HttpContent
{
    private readonly ReadOnlyMemory<byte> _frame;

    private SingleRequestContent(ReadOnlyMemory<byte> frame)
    {
        _frame = frame;
        Headers.ContentType = new MediaTypeHeaderValue(HeaderNames.GrpcContentType);
    }

    /// <summary>Serializes the request.</summary>
    /// <exception cref="RpcException">The request is larger than the limit: ResourceExhausted.</exception>
    public static SingleRequestContent Of<TRequest>(TRequest request, Marshaller<TRequest> marshaller, int? maxBytes)
    {
        var frame = new OutgoingFrame(maxBytes);
        try
        {
            // The transport may send the body a second time, so it has to outlive the rented buffer.
            return new SingleRequestContent(frame.Write(request, marshaller).ToArray());
        }
        finally
        {
            frame.Release();
        }
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(_frame, cancellationToken).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
