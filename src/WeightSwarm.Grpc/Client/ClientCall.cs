using System.IO.Pipelines;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>
/// One call on the client, from its request to its status. The first end wins: the server's status, a failure, the
/// deadline, the caller's token, or disposal. Every other end than the server's own resets the stream.
/// </summary>
internal sealed class ClientCall<TResponse>
    where TResponse : class
{
    // An idle stream holds no buffer: the pipe first waits for data, then rents.
    private static readonly StreamPipeReaderOptions PipeOptions = new(bufferSize: 16 * 1024, useZeroByteReads: true);

    private readonly GrpcChannel _channel;
    private readonly Marshaller<TResponse> _marshaller;
    private readonly CallOptions _options;
    private readonly TaskCompletionSource<Metadata> _headers = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task<FrameReader<TResponse>?>? _opening;
    private HttpResponseMessage? _response;

    public ClientCall(GrpcChannel channel, Marshaller<TResponse> marshaller, CallOptions options)
    {
        _channel = channel;
        _marshaller = marshaller;
        _options = options;
        End = new CallEnd(options, channel.Shutdown);
        _headers.Task.Observed();
    }

    /// <summary>Headers of the response, or the exception that ended the call before they came.</summary>
    public Task<Metadata> HeadersAsync => _headers.Task;

    /// <summary>How the call ends.</summary>
    public CallEnd End { get; }

    /// <summary>Sends the request. The body is made at once, on the caller's thread.</summary>
    public void Start(IMethod method, string? host, Func<HttpContent> makeBody) =>
        _opening = OpenAsync(method, host, makeBody).Observed();

    /// <summary>The next message, or null if the call ended well.</summary>
    /// <exception cref="RpcException">The call failed.</exception>
    public async Task<TResponse?> ReadAsync(CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static end => ((CallEnd)end!).Cancel("the read was cancelled"), End);
        var frames = await _opening!.ConfigureAwait(false);
        if (frames is not null && !End.HasEnded)
        {
            if (await ReadFrameAsync(frames).ConfigureAwait(false) is { } message) return message;
        }

        return End.Failure is { } failure ? throw failure : null;
    }

    /// <summary>The one message of a call that has just one.</summary>
    /// <exception cref="RpcException">The call failed, or ended well with none or more: Internal.</exception>
    public async Task<TResponse> ReadSingleAsync()
    {
        var message = await ReadAsync(CancellationToken.None).ConfigureAwait(false) ?? throw Fail(Wrong("none came"));
        var second = await ReadAsync(CancellationToken.None).ConfigureAwait(false);
        return second is null ? message : throw Fail(Wrong("more came"));
    }

    private async Task<FrameReader<TResponse>?> OpenAsync(IMethod method, string? host, Func<HttpContent> makeBody)
    {
        try
        {
            var timeout = End.StartDeadline();
            var request = RequestMessage.Create(_channel, method, host, _options.Headers, timeout);
            request.Content = makeBody();
            var response = await _channel.SendAsync(request, End.Token).ConfigureAwait(false);
            End.Token.UnsafeRegister(static ended => ((HttpResponseMessage)ended!).Dispose(), response);
            return await OpenBodyAsync(response).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            throw Fail(e);
        }
    }

    private async Task<FrameReader<TResponse>?> OpenBodyAsync(HttpResponseMessage response)
    {
        _response = response;
        var headers = ResponseHead.Metadata(response.Headers);
        if (ResponseHead.EarlyStatus(response) is { } status)
        {
            End.Finish(status, headers);
            _headers.TrySetResult(headers);
            return null;
        }

        var stream = await response.Content.ReadAsStreamAsync(End.Token).ConfigureAwait(false);
        _headers.TrySetResult(headers);
        var encoding = ResponseHead.Encoding(response);
        var pipe = PipeReader.Create(stream, PipeOptions);
        return new FrameReader<TResponse>(pipe, _marshaller, _channel.MaxReceiveMessageSize, encoding);
    }

    private async Task<TResponse?> ReadFrameAsync(FrameReader<TResponse> frames)
    {
        try
        {
            if (await frames.ReadAsync(End.Token).ConfigureAwait(false) is { } message) return message;
            var trailers = _response!.TrailingHeaders;
            End.Finish(ResponseHead.FinalStatus(trailers), ResponseHead.Metadata(trailers));
            frames.Complete();
            return null;
        }
        catch (Exception e)
        {
            frames.Complete();
            throw Fail(e);
        }
    }

    /// <summary>Ends the call by a failure on this side, unless it has ended before, and says how it ended.</summary>
    private RpcException Fail(Exception cause)
    {
        var status = StatusMapping.FromException(cause);
        End.Finish(status, Metadata.Empty);
        var failure = End.Failure ?? new RpcException(status);
        _headers.TrySetException(failure);
        return failure;
    }

    private static RpcException Wrong(string what) =>
        new(new Status(StatusCode.Internal, $"the method has one response, and {what}"));
}
