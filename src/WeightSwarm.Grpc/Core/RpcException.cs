namespace Grpc.Core;

/// <summary>A call that ended otherwise than OK. Thrown by a handler, it ends the call so.</summary>
public sealed class RpcException : Exception
{
    /// <summary>An error without trailers.</summary>
    public RpcException(Status status)
        : this(status, Metadata.Empty, status.ToString())
    {
    }

    /// <summary>An error without trailers and with a message of its own, which never travels.</summary>
    public RpcException(Status status, string message)
        : this(status, Metadata.Empty, message)
    {
    }

    /// <summary>An error with trailers.</summary>
    public RpcException(Status status, Metadata trailers)
        : this(status, trailers, status.ToString())
    {
    }

    /// <summary>An error with trailers and a message of its own, which never travels.</summary>
    public RpcException(Status status, Metadata trailers, string message)
        : base(message, status.DebugException)
    {
        Status = status;
        Trailers = trailers;
    }

    /// <summary>How the call ended.</summary>
    public Status Status { get; }

    /// <summary>The code of <see cref="Status"/>.</summary>
    public StatusCode StatusCode => Status.StatusCode;

    /// <summary>The trailers of the call, or an empty read-only list.</summary>
    public Metadata Trailers { get; }
}
