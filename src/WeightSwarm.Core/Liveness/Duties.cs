using System.Runtime.InteropServices;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Core.Liveness;

/// <summary>
/// Whom this node monitors, kept up as nodes come: each that comes is weighed against the few duties there are, and
/// once as a subject of its own. Only when one has gone are all counted again.
/// </summary>
internal sealed class Duties(NodeId self)
{
    private readonly Monitors.Member _self = new(self);
    private readonly List<Monitors.Member> _members = [];
    // By subject: how many of its monitors come before this node; fewer than Monitors.PerNode.
    private readonly SortedDictionary<NodeId, int> _ahead = [];
    private bool _isMember;

    /// <summary>The subjects, ordered by id.</summary>
    public IReadOnlyCollection<NodeId> Subjects => _ahead.Keys;

    public bool Contains(NodeId subject) => _ahead.ContainsKey(subject);

    /// <summary>The monitors of a node, best first.</summary>
    public IReadOnlyList<NodeId> MonitorsOf(NodeId subject) =>
        Monitors.Of(subject, CollectionsMarshal.AsSpan(_members));

    /// <summary>Begins anew.</summary>
    public void Count(IEnumerable<NodeId> nodes, IReadOnlyCollection<NodeId> reachable)
    {
        _members.Clear();
        _members.AddRange(reachable.Select(n => new Monitors.Member(n)));
        _isMember = reachable.Contains(self);
        _ahead.Clear();
        foreach (var node in nodes) Consider(node);
    }

    /// <summary>Takes in one that came, or gained an address; false when all must be counted anew.</summary>
    public bool TryTake(Arrival arrival)
    {
        if (arrival.Node == self && arrival.GainedAddress) return false;
        if (arrival.GainedAddress) AddMember(new Monitors.Member(arrival.Node));
        if (arrival.IsNew) Consider(arrival.Node);
        return true;
    }

    private void AddMember(Monitors.Member member)
    {
        _members.Add(member);
        List<NodeId>? behind = null;
        foreach (var subject in _ahead.Keys)
            if (member.Node != subject && member.IsAhead(subject, _self))
                (behind ??= []).Add(subject);
        foreach (var subject in behind ?? [])
            if (++_ahead[subject] == Monitors.PerNode)
                _ahead.Remove(subject);
    }

    private void Consider(NodeId subject)
    {
        if (!_isMember || subject == self) return;
        var ahead = Monitors.Ahead(subject, _self, CollectionsMarshal.AsSpan(_members));
        if (ahead < Monitors.PerNode) _ahead[subject] = ahead;
    }
}
