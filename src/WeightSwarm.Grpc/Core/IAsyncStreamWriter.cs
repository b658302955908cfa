namespace Grpc.Core;

/// <summary>
/// Messages of one side of a call, written one after the other. A write ends when the transport has room, so awaiting
/// it honours the peer's pace. A second write before the first has ended is an <see cref="InvalidOperationException"/>.
/// </summary>
public interface IAsyncStreamWriter<in T>
{
    /// <summary>Hints for the messages that follow.</summary>
    WriteOptions? WriteOptions { get; set; }

    /// <summary>Writes one message.</summary>
    /// <exception cref="InvalidOperationException">Another write is in progress, or the stream ended.</exception>
    /// <exception cref="RpcException">The call failed, or the message is larger than the limit.</exception>
    /// <exception cref="OperationCanceledException">On a server: the call was cancelled or timed out.</exception>
    Task WriteAsync(T message);

    /// <summary>Writes one message. Cancelling a write that has begun ends the call.</summary>
    Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (!cancellationToken.CanBeCanceled) return WriteAsync(message);
        throw new NotSupportedException("this writer cannot cancel a single write; cancel the call");
    }
}

/// <summary>Responses of a server; the stream ends when the handler returns.</summary>
public interface IServerStreamWriter<in T> : IAsyncStreamWriter<T>;

/// <summary>Requests of a client.</summary>
public interface IClientStreamWriter<in T> : IAsyncStreamWriter<T>
{
    /// <summary>Says that there are no more requests.</summary>
    Task CompleteAsync();
}
