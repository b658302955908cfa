using WeightSwarm.Core;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// How long repairs take: from the moment at which a slice that once had its copies has fewer of them on running nodes,
/// to each copy that is fetched and verified until it has them again. What heals because its holder comes back is no
/// repair.
/// </summary>
internal sealed class Repairs(SimWorld world)
{
    private readonly Dictionary<(Hash256 Model, int Slice), long?> _deficits = [];
    private readonly List<long> _tookMs = [];

    /// <summary>Copies that were fetched for slices in deficit.</summary>
    public int Count => _tookMs.Count;

    /// <summary>The time that so many percent of the repairs stay within, ms.</summary>
    public long TookMs(int percent)
    {
        var sorted = _tookMs.Order().ToList();
        return sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];
    }

    /// <summary>A fetched copy is about to count.</summary>
    public void Fetched(Hash256 model, int slice)
    {
        if (_deficits.GetValueOrDefault((model, slice)) is { } sinceMs) _tookMs.Add(world.NowMs - sinceMs);
    }

    /// <summary>A node came up or went down.</summary>
    public void Look(SimNode node)
    {
        foreach (var (model, slice) in node.Disk.Intact.Keys) Look(model, slice);
    }

    /// <summary>A copy came or went.</summary>
    public void Look(Hash256 model, int slice)
    {
        if (!world.IsCatalogued(model)) return;
        var isWhole = world.Oracle.Copies(model, slice) >= world.TargetOf(model);
        if (isWhole) _deficits[(model, slice)] = null;
        // What has never had its copies is being placed, not repaired.
        else if (_deficits.TryGetValue((model, slice), out var sinceMs))
            _deficits[(model, slice)] = sinceMs ?? world.NowMs;
    }
}
