using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.Churn;

/// <summary>Whose absence is part of a blow, by the rule of Core (<see cref="MassAbsence"/>).</summary>
internal sealed partial class ChurnWorld
{
    // Those who are missed and recent, by the time at which they went; beside it room to look at them.
    private readonly SortedSet<(long OffMs, int Node)> _silent = [];
    private long[] _sinceMs = [];
    private bool[] _struck = [];

    /// <summary>Somebody went, came back or has been away for longer than before.</summary>
    private void LookForBlow(ChurnNode changed)
    {
        if (changed.Standing is Standing.Online or Standing.Recent) _silent.Add((changed.OffSinceMs, changed.Number));
        else
        {
            _silent.Remove((changed.OffSinceMs, changed.Number));
            MarkStruck(changed, false);
        }
        if (_sinceMs.Length < _silent.Count)
            (_sinceMs, _struck) = (new long[2 * _silent.Count], new bool[2 * _silent.Count]);
        var count = 0;
        foreach (var (offMs, _) in _silent) _sinceMs[count++] = offMs;
        _struck.AsSpan(0, count).Clear();
        MassAbsence.Mark(_sinceMs.AsSpan(0, count), Present.Count, Pace.OnlineMs, _struck);
        count = 0;
        foreach (var (_, number) in _silent)
            MarkStruck(Nodes[number], _struck[count++] && Nodes[number].Standing == Standing.Recent);
    }

    private void MarkStruck(ChurnNode node, bool isStruck)
    {
        if (node.IsStruck == isStruck) return;
        node.IsStruck = isStruck;
        foreach (var number in node.Held)
        {
            Slices[number].Struck += isStruck ? 1 : -1;
            Policy.SliceChanged(number);
        }
    }
}
