using WeightSwarm.Core;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>How records spread: when each that is followed came to each node that was there at its birth.</summary>
internal sealed class Spread
{
    private readonly OverlayWorld _world;
    private readonly Dictionary<Hash256, Followed> _followed = [];

    public Spread(OverlayWorld world)
    {
        _world = world;
        world.Heard = (_, record) =>
        {
            if (_followed.TryGetValue(record.Id, out var followed))
                followed.DelaysMs.Add(world.NowMs - followed.BornMs);
        };
    }

    private sealed record Followed(long BornMs, int Nodes)
    {
        public List<long> DelaysMs { get; } = [];
    }

    /// <summary>Nodes reached, of those who were to be.</summary>
    public (long Reached, long All) Reach =>
        (_followed.Values.Sum(f => f.DelaysMs.Count), _followed.Values.Sum(f => (long)f.Nodes));

    /// <summary>A node says something that is followed.</summary>
    public void Publish(OverlayNode from)
    {
        var record = _world.NodeRecord(from.Number);
        _followed.Add(record.Id, new Followed(_world.NowMs, _world.Nodes.Count(n => n.Up) - 1));
        from.Publish(record);
    }

    public void Forget() => _followed.Clear();

    /// <summary>Nodes reached within a time, per million of those who were to be.</summary>
    public long ReachedWithin(long ms) =>
        _followed.Values.Sum(f => f.DelaysMs.Count(d => d <= ms)) * 1_000_000L / Math.Max(1, Reach.All);

    /// <summary>The delay that so many per thousand of those reached stay within, ms; -1 for none.</summary>
    public long DelayMs(int perThousand)
    {
        var sorted = _followed.Values.SelectMany(f => f.DelaysMs).Order().ToList();
        if (sorted.Count == 0) return -1;
        return sorted[(int)Math.Min(sorted.Count - 1, (long)sorted.Count * perThousand / 1000)];
    }
}
