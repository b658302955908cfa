namespace Grpc.Core;

/// <summary>Which sides of a method stream.</summary>
public enum MethodType
{
    /// <summary>One request, one response.</summary>
    Unary,

    /// <summary>Many requests, one response.</summary>
    ClientStreaming,

    /// <summary>One request, many responses.</summary>
    ServerStreaming,

    /// <summary>Many of both, each side at its own pace.</summary>
    DuplexStreaming,
}

/// <summary>A method without its message types.</summary>
public interface IMethod
{
    /// <summary>Which sides stream.</summary>
    MethodType Type { get; }

    /// <summary>The service with its package, such as "weightswarm.v1.Gossip".</summary>
    string ServiceName { get; }

    /// <summary>The method alone, such as "Session".</summary>
    string Name { get; }

    /// <summary>The path of the HTTP request: "/service/method".</summary>
    string FullName { get; }
}

/// <summary>A method: its name, its shape, and how its messages become bytes.</summary>
public sealed class Method<TRequest, TResponse> : IMethod
{
    /// <summary>Describes a method. Called by generated code.</summary>
    public Method(
        MethodType type,
        string serviceName,
        string name,
        Marshaller<TRequest> requestMarshaller,
        Marshaller<TResponse> responseMarshaller)
    {
        ArgumentNullException.ThrowIfNull(serviceName);
        ArgumentNullException.ThrowIfNull(name);
        Type = type;
        ServiceName = serviceName;
        Name = name;
        RequestMarshaller = requestMarshaller ?? throw new ArgumentNullException(nameof(requestMarshaller));
        ResponseMarshaller = responseMarshaller ?? throw new ArgumentNullException(nameof(responseMarshaller));
        FullName = $"/{serviceName}/{name}";
    }

    /// <inheritdoc/>
    public MethodType Type { get; }

    /// <inheritdoc/>
    public string ServiceName { get; }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string FullName { get; }

    /// <summary>Codec of requests.</summary>
    public Marshaller<TRequest> RequestMarshaller { get; }

    /// <summary>Codec of responses.</summary>
    public Marshaller<TResponse> ResponseMarshaller { get; }
}
