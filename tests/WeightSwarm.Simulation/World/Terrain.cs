namespace WeightSwarm.Simulation.World;

/// <summary>Which way packets pass between nodes, and who accepts connections.</summary>
internal sealed class Terrain(int nodes)
{
    private readonly HashSet<long> _blocked = [], _undialable = [];

    /// <summary>The side of the cut that each node is on; equal numbers reach each other.</summary>
    public int[] Side { get; } = new int[nodes];

    /// <summary>Nodes behind a NAT that lets nobody in: they dial out, and are never dialled.</summary>
    public bool[] DialsOnly { get; } = new bool[nodes];

    /// <summary>Packets of one node to another are dropped; those the other way pass.</summary>
    public void Block(int from, int to) => _blocked.Add(Key(from, to));

    /// <summary>Packets of one node to another pass again.</summary>
    public void Unblock(int from, int to) => _blocked.Remove(Key(from, to));

    /// <summary>One node cannot dial another, which can dial it: a firewall, or a route that one lacks.</summary>
    public void Forbid(int from, int to) => _undialable.Add(Key(from, to));

    public bool Passes(int from, int to) =>
        Side[from] == Side[to] && (_blocked.Count == 0 || !_blocked.Contains(Key(from, to)));

    /// <summary>A connection needs packets both ways, and somebody to let it in.</summary>
    public bool CanDial(int from, int to) => Passes(from, to) && Passes(to, from) && !DialsOnly[to] &&
        (_undialable.Count == 0 || !_undialable.Contains(Key(from, to)));

    private static long Key(int from, int to) => (long)from << 32 | (uint)to;
}
