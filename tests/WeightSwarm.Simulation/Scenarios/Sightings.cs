using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>Who misses whom, looked at every few seconds: how soon those who are gone, how often those who are
/// not.</summary>
internal sealed class Sightings(SimWorld world, IReadOnlySet<int> starved)
{
    /// <summary>A node that came back is missed until word of it has got around.</summary>
    private const long NewMs = 10 * 60_000;

    private readonly List<long> _detectedMs = [];
    private readonly HashSet<int> _blind = [];
    private readonly HashSet<int> _missed = [];
    private readonly long[] _backMs = new long[world.Nodes.Length];
    private readonly long _sinceMs = world.NowMs;
    private (int Node, long AtMs)? _gone;
    private long _deaths, _undetected, _falseWell, _falseStarved;

    public void Gone(int node)
    {
        _deaths++;
        _gone = (node, world.NowMs);
        _blind.Clear();
        _blind.UnionWith(world.Live.Where(n => !starved.Contains(n.Number)).Select(n => n.Number));
        _missed.Remove(node);
    }

    public void Back(int node)
    {
        _undetected += _blind.Count;
        _blind.Clear();
        _gone = null;
        _backMs[node] = world.NowMs;
    }

    public void Look()
    {
        if (_gone is { } gone)
            foreach (var node in _blind.Where(n => world.Nodes[n].Misses(world.Nodes[gone.Node].Id)).ToList())
            {
                _blind.Remove(node);
                _detectedMs.Add(world.NowMs - gone.AtMs);
            }
        foreach (var node in world.Live.Where(n => world.NowMs - _backMs[n.Number] > NewMs)) Look(node);
    }

    /// <summary>An absence counts once, however many believe in it and however long.</summary>
    private void Look(SimNode node)
    {
        var isMissed = world.Live.Any(other => other.Number != node.Number && !starved.Contains(other.Number) &&
            other.Misses(node.Id));
        if (!isMissed) _missed.Remove(node.Number);
        else if (!_missed.Add(node.Number)) return;
        else if (starved.Contains(node.Number)) _falseStarved++;
        else _falseWell++;
    }

    public void Report(SortedDictionary<string, long> figures)
    {
        var sorted = _detectedMs.Order().ToList();
        figures["deaths"] = _deaths;
        figures["detected p50 s"] = sorted[sorted.Count / 2] / 1000;
        figures["detected p99 s"] = sorted[sorted.Count * 99 / 100] / 1000;
        figures["detected max s"] = sorted[^1] / 1000;
        figures["not detected in 20 min"] = _undetected;
        figures["node-days"] = (world.NowMs - _sinceMs) * world.Nodes.Length / 86_400_000;
        figures["false absences of well nodes"] = _falseWell;
        figures["false absences of starved nodes"] = _falseStarved;
    }
}
