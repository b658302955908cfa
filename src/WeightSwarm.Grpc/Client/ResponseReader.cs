using Grpc.Core;

namespace Grpc.Net.Client;

/// <summary>The responses of one call on the client.</summary>
internal sealed class ResponseReader<TResponse>(ClientCall<TResponse> call) : IAsyncStreamReader<TResponse>
    where TResponse : class
{
    private TResponse? _current;
    private int _reading;

    public TResponse Current => _current ?? throw new InvalidOperationException("call MoveNext first, and only read on true");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _reading, 1) == 1)
            throw new InvalidOperationException("a read of this stream is in progress; await it first");
        try
        {
            _current = null;
            _current = await call.ReadAsync(cancellationToken).ConfigureAwait(false);
            return _current is not null;
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }
}
