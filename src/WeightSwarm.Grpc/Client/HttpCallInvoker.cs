using Grpc.Core;

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
        return new AsyncUnaryCall<TResponse>(
            call.ReadSingleAsync().Observed(), call.HeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        var call = StartWithRequest(method, host, options, request);
        return new AsyncServerStreamingCall<TResponse>(
            new ResponseReader<TResponse>(call), call.HeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var (call, writer) = StartWithStream(method, host, options);
        return new AsyncClientStreamingCall<TRequest, TResponse>(
            writer,
            call.ReadSingleAsync().Observed(),
            call.HeadersAsync,
            call.GetStatus,
            call.GetTrailers,
            call.Dispose);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var (call, writer) = StartWithStream(method, host, options);
        return new AsyncDuplexStreamingCall<TRequest, TResponse>(
            writer, new ResponseReader<TResponse>(call), call.HeadersAsync, call.GetStatus, call.GetTrailers, call.Dispose);
    }

    private ClientCall<TResponse> StartWithRequest<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
        where TRequest : class
        where TResponse : class
    {
        ArgumentNullException.ThrowIfNull(request);
        var call = new ClientCall<TResponse>(channel, method.ResponseMarshaller, options);
        var content = new SingleRequestContent<TRequest>(request, method.RequestMarshaller, channel.MaxSendMessageSize);
        call.Start(method, host, content);
        return call;
    }

    private (ClientCall<TResponse> Call, RequestWriter<TRequest> Writer) StartWithStream<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
        where TRequest : class
        where TResponse : class
    {
        var call = new ClientCall<TResponse>(channel, method.ResponseMarshaller, options);
        var content = new StreamingRequestContent(call.End.Token);
        call.Start(method, host, content);
        var writer = new RequestWriter<TRequest>(
            call.End, content, method.RequestMarshaller, channel.MaxSendMessageSize, options.WriteOptions);
        return (call, writer);
    }
}
