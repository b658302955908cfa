namespace WeightSwarm.Node.Gossip;

/// <summary>
/// How many bytes of one peer may wait for the core. While there are more, nothing is read from its stream, and TCP
/// tells the peer to wait: a flood fills the sender's memory, not this node's. One thread enters, one leaves.
/// </summary>
internal sealed class ReceiveWindow(int bytes) : IDisposable
{
    private readonly SemaphoreSlim _left = new(0, 1);
    private int _waiting;

    /// <summary>Counts a frame in, once there is room.</summary>
    public async ValueTask EnterAsync(int frameBytes, CancellationToken cancellation)
    {
        while (Volatile.Read(ref _waiting) >= bytes) await _left.WaitAsync(cancellation);
        Interlocked.Add(ref _waiting, frameBytes);
    }

    /// <summary>Counts a frame out.</summary>
    public void Leave(int frameBytes)
    {
        Interlocked.Add(ref _waiting, -frameBytes);
        if (_left.CurrentCount == 0) _left.Release();
    }

    public void Dispose() => _left.Dispose();
}
