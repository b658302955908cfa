using Grpc.Core;
using Grpc.Wire;

namespace Grpc.Net.Client;

/// <summary>Starts calls on a channel.</summary>
internal sealed class HttpCallInvoker(GrpcChannel channel) : CallInvoker
{
    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        using var call = AsyncUnaryCall(method, host, options, request);
        return call.ResponseAsync.GetAwaiter().GetResult();
    }

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = StartWithRequest(method, host, options, request);
        var (response, end) = (call.ReadSingleAsync().Observed(), call.End);
        return new AsyncUnaryCall<TResponse>(response, call.HeadersAsync, end.GetStatus, end.GetTrailers, end.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = StartWithRequest(method, host, options, request);
        var (reader, end) = (new MessageReader<TResponse>(call.ReadAsync), call.End);
        return new AsyncServerStreamingCall<TResponse>(
            reader, call.HeadersAsync, end.GetStatus, end.GetTrailers, end.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var (call, writer) = StartWithStream(method, host, options);
        var (response, end) = (call.ReadSingleAsync().Observed(), call.End);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            writer, response, call.HeadersAsync, end.GetStatus, end.GetTrailers, end.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var (call, writer) = StartWithStream(method, host, options);
        var (reader, end) = (new MessageReader<TResponse>(call.ReadAsync), call.End);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            writer, reader, call.HeadersAsync, end.GetStatus, end.GetTrailers, end.Dispose);
    }

    private ClientCall<TResponse> StartWithRequest<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        var call = new ClientCall<TResponse>(channel, method.ResponseMarshaller, options);
        var limit = channel.MaxSendMessageSize;
        call.Start(method, host, () => SingleRequestContent.Of(request, method.RequestMarshaller, limit));
        return call;
    }

    private (ClientCall<TResponse> Call, RequestWriter<TRequest> Writer) StartWithStream<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
        where TRequest : class
        where TResponse : class
    {
        var call = new ClientCall<TResponse>(channel, method.ResponseMarshaller, options);
        var body = new StreamingRequestContent(call.End.Token);
        call.Start(method, host, () => body);
        var frame = new OutgoingFrame(channel.MaxSendMessageSize);
        var writer = new RequestWriter<TRequest>(call.End, body, method.RequestMarshaller, frame)
        {
            WriteOptions = options.WriteOptions,
        };
        return (call, writer);
    }
}
