namespace Grpc.Wire;

/// <summary>Lets one operation at a time through, and tells a second one that it is a bug of the caller.</summary>
/// <param name="operation">What is done, for the message: "read" or "write".</param>
internal sealed class Exclusive(string operation)
{
    private int _busy;

    /// <summary>Begins.</summary>
    /// <exception cref="InvalidOperationException">Another one is in progress.</exception>
    public void Enter()
    {
        if (Interlocked.Exchange(ref _busy, 1) == 1)
            throw new InvalidOperationException($"a {operation} of this stream is in progress; await it first");
    }

    /// <summary>Ends.</summary>
    public void Exit() => Volatile.Write(ref _busy, 0);
}
