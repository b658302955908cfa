using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts gRPC services on endpoints.</summary>
public static class GrpcEndpointRouteBuilderExtensions
{
    /// <summary>
    /// Maps every method of a service. Each call takes the service from its scope of the container, or makes one for
    /// the call if the container does not know it.
    /// </summary>
    /// <exception cref="InvalidOperationException">The type derives from no generated service base.</exception>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService<TService>(this IEndpointRouteBuilder builder)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        var endpoints = new EndpointBinder(builder, OptionsOf<TService>(builder.ServiceProvider));
        GeneratedBinding.Bind(typeof(TService), new ContainerServiceBinder<TService>(endpoints));
        return endpoints.Finish();
    }

    /// <summary>Maps every method of one instance: <c>MapGrpcService(Gossip.BindService(instance))</c>.</summary>
    /// <param name="builder">Where to map.</param>
    /// <param name="definition">The methods with their handlers.</param>
    /// <param name="options">Limits; null: the host's.</param>
    public static GrpcServiceEndpointConventionBuilder MapGrpcService(
        this IEndpointRouteBuilder builder, ServerServiceDefinition definition, GrpcServiceOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(definition);
        var endpoints = new EndpointBinder(builder, options ?? HostOptions(builder.ServiceProvider));
        definition.BindService(endpoints);
        return endpoints.Finish();
    }

    private static GrpcServiceOptions HostOptions(IServiceProvider services) =>
        services.GetService<IOptions<GrpcServiceOptions>>()?.Value ?? new GrpcServiceOptions();

    private static GrpcServiceOptions<TService> OptionsOf<TService>(IServiceProvider services)
        where TService : class
    {
        var options = new GrpcServiceOptions<TService>(HostOptions(services));
        foreach (var configure in services.GetServices<IConfigureOptions<GrpcServiceOptions<TService>>>())
        {
            configure.Configure(options);
        }

        return options;
    }
}
