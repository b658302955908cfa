using System.Reflection;
using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>Gives every method of a service a handler that takes the service from the container, call by call.</summary>
internal sealed class ContainerServiceBinder<TService>(ServiceBinderBase next) : ServiceBinderBase
    where TService : class
{
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var open = Open<Func<TService, TRequest, ServerCallContext, Task<TResponse>>>(method);
        next.AddMethod(method, new UnaryServerMethod<TRequest, TResponse>(async (request, context) =>
        {
            await using var lease = ServiceLease<TService>.Take(context);
            return await open(lease.Service, request, context).ConfigureAwait(false);
        }));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var open = Open<Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>(method);
        next.AddMethod(method, new ClientStreamingServerMethod<TRequest, TResponse>(async (requests, context) =>
        {
            await using var lease = ServiceLease<TService>.Take(context);
            return await open(lease.Service, requests, context).ConfigureAwait(false);
        }));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var open = Open<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(method);
        next.AddMethod(method, new ServerStreamingServerMethod<TRequest, TResponse>(async (request, responses, context) =>
        {
            await using var lease = ServiceLease<TService>.Take(context);
            await open(lease.Service, request, responses, context).ConfigureAwait(false);
        }));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var open = Open<Func<
            TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(method);
        next.AddMethod(method, new DuplexStreamingServerMethod<TRequest, TResponse>(async (requests, responses, context) =>
        {
            await using var lease = ServiceLease<TService>.Take(context);
            await open(lease.Service, requests, responses, context).ConfigureAwait(false);
        }));
    }

    /// <summary>The service's method as a delegate whose first argument is the service.</summary>
    private static TDelegate Open<TDelegate>(IMethod method)
        where TDelegate : Delegate
    {
        var arguments = typeof(TDelegate).GetGenericArguments();
        var found = typeof(TService).GetMethod(method.Name, BindingFlags.Public | BindingFlags.Instance, arguments[1..^1])
            ?? throw new InvalidOperationException($"{typeof(TService)} has no method {method.Name} for {method.FullName}");
        return found.CreateDelegate<TDelegate>();
    }
}
