using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Liveness;

/// <summary>
/// Who watches whom: the eight nodes with the best rendezvous score for ("mon", subject). Every node computes the same
/// answer from the same membership, and the loss of a node moves only the duties that it had.
/// </summary>
public static class Monitors
{
    /// <summary>Monitors of each node.</summary>
    public const int PerNode = 8;

    /// <summary>The monitors of a node among the members, best first.</summary>
    public static IReadOnlyList<NodeId> Of(NodeId subject, IEnumerable<NodeId> members)
    {
        SortedSet<(ulong Score, NodeId Node)> best = [];
        foreach (var member in members)
        {
            if (member == subject) continue;
            best.Add((Score(subject, member), member));
            if (best.Count > PerNode) best.Remove(best.Max);
        }
        return [.. best.Select(b => b.Node)];
    }

    private static ulong Score(NodeId subject, NodeId monitor) =>
        SplitMix64.Mix(subject.Hash.Prefix ^ SplitMix64.Mix(monitor.Hash.Prefix ^ 0x6D6F6E));
}
