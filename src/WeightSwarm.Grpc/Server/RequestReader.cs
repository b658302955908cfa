using Grpc.Core;
using Grpc.Wire;

namespace Grpc.AspNetCore.Server;

/// <summary>The requests of one call on the server.</summary>
internal sealed class RequestReader<TRequest>(FrameReader<TRequest> frames, ServerCallContext context)
    : IAsyncStreamReader<TRequest>
    where TRequest : class
{
    private TRequest? _current;
    private int _reading;

    public TRequest Current => _current ?? throw new InvalidOperationException("call MoveNext first, and only read on true");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _reading, 1) == 1)
            throw new InvalidOperationException("a read of this stream is in progress; await it first");
        try
        {
            _current = null;
            _current = await ReadAsync(cancellationToken).ConfigureAwait(false);
            return _current is not null;
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <summary>The one request of a call that has just one.</summary>
    /// <exception cref="RpcException">There is none, or more: Internal.</exception>
    public async Task<TRequest> ReadSingleAsync()
    {
        var request = await ReadAsync(CancellationToken.None).ConfigureAwait(false) ?? throw Wrong("none came");
        return await ReadAsync(CancellationToken.None).ConfigureAwait(false) is null ? request : throw Wrong("more came");
    }

    private async Task<TRequest?> ReadAsync(CancellationToken cancellationToken)
    {
        var callToken = context.CancellationToken;
        using var both = cancellationToken.CanBeCanceled && cancellationToken != callToken
            ? CancellationTokenSource.CreateLinkedTokenSource(callToken, cancellationToken)
            : null;
        try
        {
            return await frames.ReadAsync(both?.Token ?? callToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new OperationCanceledException("the client ended the call", e, callToken);
        }
    }

    private static RpcException Wrong(string what) =>
        new(new Status(StatusCode.Internal, $"the method takes one request, and {what}"));
}
