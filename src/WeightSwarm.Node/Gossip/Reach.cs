namespace WeightSwarm.Node.Gossip;

/// <summary>How this node finds others and is found, besides invites, at one moment.</summary>
/// <param name="DhtNodes">Nodes of the DHT that are known; null before the first round, and where there is no
/// DHT.</param>
/// <param name="Found">Different addresses that the DHT has named since the daemon started.</param>
/// <param name="OutsidePort">The TCP port of the router that leads to the gossip port; null: none was had.</param>
public sealed record ReachState(long? DhtNodes, int Found, int? OutsidePort);

/// <summary>What the loops that make this node reachable have come to. May be used from any thread.</summary>
public sealed class Reach
{
    private readonly Lock _lock = new();
    private ReachState _state = new(null, 0, null);

    /// <summary>Now.</summary>
    public ReachState Now
    {
        get
        {
            lock (_lock) return _state;
        }
    }

    /// <summary>After a round in the DHT.</summary>
    internal void SetDht(long nodes, int found)
    {
        lock (_lock) _state = _state with { DhtNodes = nodes, Found = found };
    }

    /// <summary>A router has mapped the gossip port.</summary>
    internal void SetOutsidePort(int port)
    {
        lock (_lock) _state = _state with { OutsidePort = port };
    }
}
