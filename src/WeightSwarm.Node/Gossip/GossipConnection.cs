using Microsoft.AspNetCore.Connections;

namespace WeightSwarm.Node.Gossip;

/// <summary>
/// The connection behind an inbound stream. It takes its turn for the handshake, and a banned peer loses it, with all
/// that it may still send on it.
/// </summary>
internal sealed class GossipConnection : IDisposable
{
    /// <summary>A handshake that takes longer does not wait for the processor, but for the peer.</summary>
    private static readonly TimeSpan _longestTurn = TimeSpan.FromMilliseconds(100), _farewell = TimeSpan.FromSeconds(1);

    private readonly ConnectionContext _connection;
    private readonly SemaphoreSlim _turns;
    private readonly Timer _turnOver, _over;
    private int _hasTurn;

    public GossipConnection(ConnectionContext connection, SemaphoreSlim turns)
    {
        (_connection, _turns) = (connection, turns);
        _turnOver = new Timer(_ => EndTurn());
        _over = new Timer(_ => connection.Abort());
    }

    /// <summary>Waits until there is a turn for a handshake; false when the peer has gone meanwhile.</summary>
    public async Task<bool> TakeTurnAsync()
    {
        try
        {
            await _turns.WaitAsync(_connection.ConnectionClosed);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        Volatile.Write(ref _hasTurn, 1);
        _turnOver.Change(_longestTurn, Timeout.InfiniteTimeSpan);
        return true;
    }

    /// <summary>The handshake is made, or waits for the peer: the next one may begin.</summary>
    public void EndTurn()
    {
        if (Interlocked.Exchange(ref _hasTurn, 0) == 1) _turns.Release();
    }

    /// <summary>Ends it a second from now, when the peer has had time to read why; nothing once it has ended.</summary>
    public void EndSoon() => _over.Change(_farewell, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        EndTurn();
        _turnOver.Dispose();
        _over.Dispose();
    }
}
