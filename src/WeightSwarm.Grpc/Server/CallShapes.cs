using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>Runs one call from its requests to its last response.</summary>
internal delegate Task CallShape<TRequest, TResponse>(
    RequestReader<TRequest> requests, ResponseWriter<TResponse> responses, ServerCallContext context)
    where TRequest : class
    where TResponse : class;

/// <summary>The four kinds of handlers, brought into the one shape that the endpoint runs.</summary>
internal static class CallShapes
{
    public static CallShape<TRequest, TResponse> Unary<TRequest, TResponse>(
        UnaryServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class => async (requests, responses, context) =>
    {
        var request = await requests.ReadSingleAsync();
        await responses.WriteLastAsync(await handler(request, context));
    };

    public static CallShape<TRequest, TResponse> ClientStreaming<TRequest, TResponse>(
        ClientStreamingServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class => async (requests, responses, context) =>
    {
        await responses.WriteLastAsync(await handler(requests.Stream, context));
    };

    public static CallShape<TRequest, TResponse> ServerStreaming<TRequest, TResponse>(
        ServerStreamingServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class => async (requests, responses, context) =>
    {
        var request = await requests.ReadSingleAsync();
        await handler(request, responses, context);
    };

    public static CallShape<TRequest, TResponse> DuplexStreaming<TRequest, TResponse>(
        DuplexStreamingServerMethod<TRequest, TResponse> handler)
        where TRequest : class
        where TResponse : class => (requests, responses, context) => handler(requests.Stream, responses, context);
}
