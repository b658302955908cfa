using System.Runtime.InteropServices;
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

    /// <summary>A node that may be a monitor, with the half of its score that does not depend on the subject.</summary>
    internal readonly record struct Member(NodeId Node, ulong Mixed)
    {
        public Member(NodeId node)
            : this(node, SplitMix64.Mix(node.Hash.Prefix ^ 0x6D6F6E))
        {
        }

        /// <summary>Whether this one comes before another in the order of a subject.</summary>
        public bool IsAhead(NodeId subject, Member other)
        {
            var (mine, its) = (Score(subject, this), Score(subject, other));
            return mine != its ? mine < its : Node.CompareTo(other.Node) < 0;
        }
    }

    /// <summary>The monitors of a node among the members, best first.</summary>
    public static IReadOnlyList<NodeId> Of(NodeId subject, IEnumerable<NodeId> members) =>
        Of(subject, CollectionsMarshal.AsSpan(members.Select(m => new Member(m)).ToList()));

    internal static NodeId[] Of(NodeId subject, ReadOnlySpan<Member> members)
    {
        Span<(ulong Score, int At)> best = stackalloc (ulong, int)[PerNode];
        var count = 0;
        for (var at = 0; at < members.Length; at++)
        {
            var score = Score(subject, members[at]);
            if (count == PerNode && score > best[^1].Score || members[at].Node == subject) continue;
            var place = count;
            while (place > 0 && IsBefore(score, members[at], best[place - 1], members)) place--;
            if (place == PerNode) continue;
            count = Math.Min(count + 1, PerNode);
            best[place..(count - 1)].CopyTo(best[(place + 1)..]);
            best[place] = (score, at);
        }
        var monitors = new NodeId[count];
        for (var i = 0; i < count; i++) monitors[i] = members[best[i].At].Node;
        return monitors;
    }

    /// <summary>How many members come before one in the order of a subject; counting stops at eight.</summary>
    internal static int Ahead(NodeId subject, Member one, ReadOnlySpan<Member> members)
    {
        var (mine, ahead) = (Score(subject, one), 0);
        foreach (var member in members)
        {
            var score = Score(subject, member);
            if (score > mine || score == mine && member.Node.CompareTo(one.Node) >= 0) continue;
            if (member.Node != subject && ++ahead == PerNode) break;
        }
        return ahead;
    }

    private static bool IsBefore(
        ulong score, Member member, (ulong Score, int At) other, ReadOnlySpan<Member> members) =>
        score != other.Score ? score < other.Score : member.Node.CompareTo(members[other.At].Node) < 0;

    private static ulong Score(NodeId subject, Member monitor) =>
        SplitMix64.Mix(subject.Hash.Prefix ^ monitor.Mixed);
}
