using Grpc.AspNetCore.Server;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers what a host of gRPC services needs.</summary>
public static class GrpcServicesExtensions
{
    /// <summary>Adds gRPC with the default limits.</summary>
    public static IGrpcServerBuilder AddGrpc(this IServiceCollection services) => services.AddGrpc(_ => { });

    /// <summary>Adds gRPC and sets the limits of all services.</summary>
    public static IGrpcServerBuilder AddGrpc(
        this IServiceCollection services, Action<GrpcServiceOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddRouting().Configure(configureOptions);
        return new GrpcServerBuilder(services);
    }

    /// <summary>Sets the limits of one service.</summary>
    public static IGrpcServerBuilder AddServiceOptions<TService>(
        this IGrpcServerBuilder grpcBuilder, Action<GrpcServiceOptions<TService>> configure)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(grpcBuilder);
        grpcBuilder.Services.Configure(configure);
        return grpcBuilder;
    }

    private sealed record GrpcServerBuilder(IServiceCollection Services) : IGrpcServerBuilder;
}
