using System.Net;
using System.Net.Http.Headers;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>
/// The body of a call with many requests. It hands the transport's stream to the writer and stays open until the writer
/// completes it or the call ends.
/// </summary>
internal sealed class StreamingRequestContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationToken _callEnded;

    /// <param name="callEnded">Signalled when the call has ended.</param>
    public StreamingRequestContent(CancellationToken callEnded)
    {
        _callEnded = callEnded;
        Headers.ContentType = new MediaTypeHeaderValue(HeaderNames.GrpcContentType);
    }

    /// <summary>The transport's stream, once the connection stands.</summary>
    public Task<Stream> OpenAsync(CancellationToken cancellationToken) =>
        _stream.Task.IsCompletedSuccessfully ? _stream.Task : _stream.Task.WaitAsync(cancellationToken);

    /// <summary>Says that there are no more requests.</summary>
    public void Complete() => _complete.TrySetResult();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(_callEnded, cancellationToken);
        // Without this the headers wait in the transport for the first request, which may never come before a response.
        await stream.FlushAsync(either.Token).ConfigureAwait(false);
        // The transport starts over if a server has not begun with the stream; written requests are not kept.
        if (!_stream.TrySetResult(stream)) throw new HttpRequestException("the server went away; call again");
        await _complete.Task.WaitAsync(either.Token).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = -1;
        return false;
    }
}
