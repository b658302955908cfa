using System.IO.Pipelines;
using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>
/// One call on the client, from its request to its status. The first end wins: the server's status, a failure, the
/// deadline, the caller's token, or disposal. Every other end than the server's own resets the stream.
/// </summary>
internal sealed class ClientCall<TResponse> : IDisposable
    where TResponse : class
{
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

    /// <summary>Sends the request.</summary>
    public void Start(IMethod method, string? host, HttpContent content) =>
        _opening = OpenAsync(method, host, content).Observed();

    /// <summary>The next message, or null if the call ended well.</summary>
    /// <exception cref="RpcException">The call failed.</exception>
    public async Task<TResponse?> ReadAsync(CancellationToken cancellationToken)
    {
        var frames = await _opening!.ConfigureAwait(false);
        using var registration = cancellationToken.UnsafeRegister(
            static end => ((CallEnd)end!).Cancel("the read was cancelled"), End);
        try
        {
            if (frames is not null && !End.HasEnded)
            {
                if (await frames.ReadAsync(End.Token).ConfigureAwait(false) is { } message) return message;
                frames.Complete();
                FinishByServer(ResponseHead.FinalStatus(_response!), _response!.TrailingHeaders);
            }
        }
        catch (Exception e)
        {
            frames?.Complete();
            throw Fail(e);
        }

        return End.Failure is { } failure ? throw failure : null;
    }

    /// <summary>The one message of a call that has just one.</summary>
    /// <exception cref="RpcException">The call failed, or ended well with none or more: Internal.</exception>
    public async Task<TResponse> ReadSingleAsync()
    {
        var message = await ReadAsync(CancellationToken.None).ConfigureAwait(false) ?? throw Wrong("none came");
        return await ReadAsync(CancellationToken.None).ConfigureAwait(false) is null ? message : throw Fail(Wrong("more came"));
    }

    public Status GetStatus() => End.Status;

    public Metadata GetTrailers() => End.Trailers;

    public void Dispose()
    {
        End.Dispose();
        _response?.Dispose();
    }

    private async Task<FrameReader<TResponse>?> OpenAsync(IMethod method, string? host, HttpContent content)
    {
        try
        {
            End.Token.ThrowIfCancellationRequested();
            var request = RequestMessage.Create(_channel, method, host, _options.Headers, End.Start());
            request.Content = content;
            _response = await _channel.SendAsync(request, End.Token).ConfigureAwait(false);
            _headers.TrySetResult(ResponseHead.Metadata(_response.Headers));
            if (ResponseHead.EarlyStatus(_response) is { } status)
            {
                FinishByServer(status, _response.Headers);
                return null;
            }

            var stream = await _response.Content.ReadAsStreamAsync(End.Token).ConfigureAwait(false);
            return new FrameReader<TResponse>(
                PipeReader.Create(stream), _marshaller, _channel.MaxReceiveMessageSize, ResponseHead.Encoding(_response));
        }
        catch (Exception e)
        {
            throw Fail(e);
        }
    }

    private void FinishByServer(Status status, HttpHeaders trailers)
    {
        End.Finish(status, ResponseHead.Metadata(trailers));
        _response!.Dispose();
    }

    /// <summary>Ends the call by a failure on this side, unless it has ended before, and says how it ended.</summary>
    private RpcException Fail(Exception cause)
    {
        var status = StatusMapping.FromException(cause);
        End.Finish(status, Metadata.Empty);
        _response?.Dispose();
        var failure = End.Failure ?? new RpcException(status);
        _headers.TrySetException(failure);
        return failure;
    }

    private static RpcException Wrong(string what) =>
        new(new Status(StatusCode.Internal, $"the method has one response, and {what}"));
}
