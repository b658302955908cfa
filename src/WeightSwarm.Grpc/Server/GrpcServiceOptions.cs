namespace Grpc.AspNetCore.Server;

/// <summary>Limits of all services of a host.</summary>
public class GrpcServiceOptions
{
    internal const int DefaultMaxReceiveMessageSize = 4 * 1024 * 1024;

    /// <summary>Largest request in bytes; null: any. 4 MiB by default. A larger one: ResourceExhausted.</summary>
    public int? MaxReceiveMessageSize { get; set; } = DefaultMaxReceiveMessageSize;

    /// <summary>Largest response in bytes; null, the default: any. A larger one: ResourceExhausted.</summary>
    public int? MaxSendMessageSize { get; set; }
}

/// <summary>Limits of one service. They start as the host's.</summary>
public sealed class GrpcServiceOptions<TService> : GrpcServiceOptions
    where TService : class
{
    internal GrpcServiceOptions(GrpcServiceOptions host)
    {
        MaxReceiveMessageSize = host.MaxReceiveMessageSize;
        MaxSendMessageSize = host.MaxSendMessageSize;
    }
}
