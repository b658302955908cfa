using Grpc.Core;

namespace Grpc.Wire;

/// <summary>A stream of messages for the handler or the caller, over a function that reads one.</summary>
/// <param name="read">The next message, or null at the end.</param>
internal sealed class MessageReader<T>(Func<CancellationToken, Task<T?>> read) : IAsyncStreamReader<T>
    where T : class
{
    private readonly Exclusive _reads = new("read");
    private T? _current;

    public T Current =>
        _current ?? throw new InvalidOperationException("there is no message here: MoveNext has not returned true");

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        _reads.Enter();
        try
        {
            _current = null;
            _current = await read(cancellationToken).ConfigureAwait(false);
            return _current is not null;
        }
        finally
        {
            _reads.Exit();
        }
    }
}
