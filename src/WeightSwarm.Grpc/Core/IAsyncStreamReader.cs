using System.Runtime.CompilerServices;

namespace Grpc.Core;

/// <summary>Messages of one side of a call, read one after the other. One read at a time.</summary>
public interface IAsyncStreamReader<out T>
{
    /// <summary>The message that the last successful <see cref="MoveNext"/> read.</summary>
    T Current { get; }

    /// <summary>Reads the next message. False: the stream ended well.</summary>
    /// <exception cref="RpcException">On a client: the call failed. On a server: the client broke a rule.</exception>
    /// <exception cref="OperationCanceledException">On a server: the call was cancelled or timed out.</exception>
    Task<bool> MoveNext(CancellationToken cancellationToken);
}

/// <summary>Shorter ways to read a stream.</summary>
public static class AsyncStreamReaderExtensions
{
    /// <summary>Reads the next message. False: the stream ended well.</summary>
    public static Task<bool> MoveNext<T>(this IAsyncStreamReader<T> streamReader)
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        return streamReader.MoveNext(CancellationToken.None);
    }

    /// <summary>All messages to the end.</summary>
    public static async IAsyncEnumerable<T> ReadAllAsync<T>(
        this IAsyncStreamReader<T> streamReader, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(streamReader);
        while (await streamReader.MoveNext(cancellationToken).ConfigureAwait(false))
        {
            yield return streamReader.Current;
        }
    }
}
