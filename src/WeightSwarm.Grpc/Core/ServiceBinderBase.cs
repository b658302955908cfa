namespace Grpc.Core;

/// <summary>
/// Receives the methods of a service from generated code. A null handler means that only the description is known and
/// that the binder finds the handler itself.
/// </summary>
public abstract class ServiceBinderBase
{
    /// <summary>Receives a unary method.</summary>
    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class => throw Refuse(method);

    /// <summary>Receives a method with many requests.</summary>
    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class => throw Refuse(method);

    /// <summary>Receives a method with many responses.</summary>
    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class => throw Refuse(method);

    /// <summary>Receives a method with many of both.</summary>
    public virtual void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        where TRequest : class
        where TResponse : class => throw Refuse(method);

    private NotSupportedException Refuse(IMethod method) =>
        new($"{GetType().Name} binds no {method.Type} methods; {method.FullName} is one");
}

/// <summary>Stands on a generated service base and names the generated method that binds it.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class BindServiceMethodAttribute(Type bindType, string bindMethodName) : Attribute
{
    /// <summary>The generated class.</summary>
    public Type BindType { get; } = bindType;

    /// <summary>The static method (<see cref="ServiceBinderBase"/>, service base).</summary>
    public string BindMethodName { get; } = bindMethodName;
}
