using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Grpc.AspNetCore.Server;

/// <summary>Maps each method that it is told to an endpoint, and the rest of each service to Unimplemented.</summary>
internal sealed class EndpointBinder(IEndpointRouteBuilder builder, GrpcServiceOptions limits) : ServiceBinderBase
{
    private readonly List<IEndpointConventionBuilder> _endpoints = [];
    private readonly HashSet<string> _services = new(StringComparer.Ordinal);
    private readonly ILogger _logger =
        builder.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("Grpc.AspNetCore.Server");

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        Map(method, CallShapes.Unary(Known(method, handler)));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        Map(method, CallShapes.ClientStreaming(Known(method, handler)));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        Map(method, CallShapes.ServerStreaming(Known(method, handler)));

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        Map(method, CallShapes.DuplexStreaming(Known(method, handler)));

    /// <summary>Maps what is left of each service, and hands out the endpoints.</summary>
    public GrpcServiceEndpointConventionBuilder Finish()
    {
        foreach (var service in _services) Add($"/{service}/{{**method}}", UnknownMethodEndpoint.HandleAsync);
        return new GrpcServiceEndpointConventionBuilder(_endpoints);
    }

    private void Map<TRequest, TResponse>(Method<TRequest, TResponse> method, CallShape<TRequest, TResponse> shape)
        where TRequest : class
        where TResponse : class
    {
        _services.Add(method.ServiceName);
        Add(method.FullName, new CallEndpoint<TRequest, TResponse>(method, shape, limits, _logger).HandleAsync)
            .WithMetadata(method);
    }

    private IEndpointConventionBuilder Add(string path, RequestDelegate handle)
    {
        var endpoint = builder.MapPost(path, handle).WithDisplayName($"gRPC {path}");
        _endpoints.Add(endpoint);
        return endpoint;
    }

    private static T Known<T>(IMethod method, T? handler)
        where T : Delegate =>
        handler ?? throw new InvalidOperationException($"{method.FullName} has no handler");
}
