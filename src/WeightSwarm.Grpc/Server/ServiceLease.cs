using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>One service for one call: the container's own, or one made here and disposed with the call.</summary>
internal readonly struct ServiceLease<TService> : IAsyncDisposable
    where TService : class
{
    private static readonly Lazy<ObjectFactory<TService>> Factory =
        new(() => ActivatorUtilities.CreateFactory<TService>([]));

    private readonly bool _made;

    private ServiceLease(TService service, bool made)
    {
        Service = service;
        _made = made;
    }

    public TService Service { get; }

    public static ServiceLease<TService> Take(ServerCallContext context)
    {
        var services = context.GetHttpContext().RequestServices;
        return services.GetService<TService>() is { } service
            ? new ServiceLease<TService>(service, made: false)
            : new ServiceLease<TService>(Factory.Value(services, []), made: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_made) return;
        if (Service is IAsyncDisposable asynchronous) await asynchronous.DisposeAsync();
        else if (Service is IDisposable disposable) disposable.Dispose();
    }
}
