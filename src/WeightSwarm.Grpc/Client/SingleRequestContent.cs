using System.Net;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>The body of a call with one request.</summary>
internal sealed class SingleRequestContent<TRequest> : HttpContent
{
    private readonly TRequest _request;
    private readonly Marshaller<TRequest> _marshaller;
    private readonly int? _maxBytes;

    public SingleRequestContent(TRequest request, Marshaller<TRequest> marshaller, int? maxBytes)
    {
        _request = request;
        _marshaller = marshaller;
        _maxBytes = maxBytes;
        Headers.ContentType = new MediaTypeHeaderValue(HeaderNames.GrpcContentType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var frame = new OutgoingFrame(_maxBytes);
        try
        {
            await stream.WriteAsync(frame.Write(_request, _marshaller), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            frame.Release();
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
