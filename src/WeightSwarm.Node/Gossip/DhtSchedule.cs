namespace WeightSwarm.Node.Gossip;

/// <summary>
/// When to go to the DHT: at once and then less and less often while it leads nowhere, every half hour when all is
/// well (BEP 5 has peers announce about as often), and at once again when the last neighbour is gone. Two halves of a
/// network that know nothing of each other meet by the half-hourly look.
/// </summary>
internal sealed class DhtSchedule
{
    /// <summary>Between the first two rounds.</summary>
    public const long FirstWaitMs = 2_000;

    /// <summary>Between two rounds of a node without a neighbour, at most.</summary>
    public const long LongestWaitMs = 15 * 60_000;

    /// <summary>Between two rounds of a node with neighbours.</summary>
    public const long CalmWaitMs = 30 * 60_000;

    private long _waitMs = FirstWaitMs, _dueMs = long.MinValue;
    private bool _wasAlone = true;
    private int _port;

    /// <summary>Whether it is time.</summary>
    /// <param name="nowMs">Monotonic.</param>
    /// <param name="alone">No neighbour is left.</param>
    /// <param name="port">Under which this node is announced; a new one is announced at once.</param>
    public bool IsDue(long nowMs, bool alone, int port)
    {
        if (alone && !_wasAlone || port != _port) (_waitMs, _dueMs) = (FirstWaitMs, nowMs);
        (_wasAlone, _port) = (alone, port);
        return nowMs >= _dueMs;
    }

    /// <summary>A round was made.</summary>
    /// <param name="nowMs">Monotonic; when it ended.</param>
    /// <param name="nodes">Nodes of the DHT that are known; with none nobody has heard the announcement.</param>
    public void Done(long nowMs, long nodes)
    {
        var calm = !_wasAlone && nodes > 0;
        _dueMs = nowMs + (calm ? CalmWaitMs : _waitMs);
        _waitMs = calm ? FirstWaitMs : Math.Min(_waitMs * 2, LongestWaitMs);
    }
}
