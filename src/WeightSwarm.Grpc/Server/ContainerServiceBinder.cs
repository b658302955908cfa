using System.Reflection;
using Grpc.Core;

namespace Grpc.AspNetCore.Server;

/// <summary>Gives every method a handler that takes the service from the container for each call.</summary>
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
            return await open(lease.Service, request, context);
        }));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var open = Open<Func<TService, IAsyncStreamReader<TRequest>, ServerCallContext, Task<TResponse>>>(method);
        next.AddMethod(method, new ClientStreamingServerMethod<TRequest, TResponse>(async (requests, context) =>
        {
            await using var lease = ServiceLease<TService>.Take(context);
            return await open(lease.Service, requests, context);
        }));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var open = Open<Func<TService, TRequest, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(method);
        next.AddMethod(method, new ServerStreamingServerMethod<TRequest, TResponse>(async (request, writer, context) =>
        {
            await using var lease = ServiceLease<TService>.Take(context);
            await open(lease.Service, request, writer, context);
        }));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var open = Open<Func<
            TService, IAsyncStreamReader<TRequest>, IServerStreamWriter<TResponse>, ServerCallContext, Task>>(method);
        next.AddMethod(method, new DuplexStreamingServerMethod<TRequest, TResponse>(async (requests, writer, context) =>
        {
            await using var lease = ServiceLease<TService>.Take(context);
            await open(lease.Service, requests, writer, context);
        }));
    }

    /// <summary>The service's method as a delegate whose first argument is the service.</summary>
    private static TDelegate Open<TDelegate>(IMethod method)
        where TDelegate : Delegate
    {
        var arguments = typeof(TDelegate).GetGenericArguments()[1..^1];
        var found = typeof(TService).GetMethod(method.Name, BindingFlags.Public | BindingFlags.Instance, arguments)
            ?? throw new InvalidOperationException($"{typeof(TService)} has no method for {method.FullName}");
        return found.CreateDelegate<TDelegate>();
    }
}
