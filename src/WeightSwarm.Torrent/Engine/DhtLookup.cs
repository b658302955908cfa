using System.Net;

namespace WeightSwarm.Torrent.Engine;

/// <summary>A look-up under way: peers arrive node by node, and nothing says that the last has answered.</summary>
internal sealed class DhtLookup(byte[] key)
{
    private readonly HashSet<IPEndPoint> _peers = [];
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ReadOnlySpan<byte> Key => key;

    /// <summary>Ends with the first peers.</summary>
    public Task First => _first.Task;

    public void Add(IReadOnlyCollection<IPEndPoint> peers)
    {
        if (peers.Count == 0)
            return;
        lock (_peers)
            _peers.UnionWith(peers);
        _first.TrySetResult();
    }

    public IReadOnlyList<IPEndPoint> Peers()
    {
        lock (_peers)
            return [.. _peers];
    }
}
