using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Liveness;

/// <summary>
/// This node as a monitor: for each node that it watches, it notices silence and tells the network, once per change. A node
/// that has just started, or that hears nobody at all, says nothing: then the fault is more likely its own.
/// </summary>
internal sealed class Watch(
    NodeId self, LivenessState liveness, GossipState gossip, Action<byte[], V1.Observation, long> say)
{
    private readonly SortedDictionary<NodeId, (bool Down, long AtMs)> _said = [];
    private readonly SortedDictionary<NodeId, IReadOnlyList<NodeId>> _monitors = [];
    private readonly SortedSet<NodeId> _watched = [];
    private int _members = -1;
    private const long LongestTtlMs = 86_400_000;

    /// <summary>The monitors of a node; computed anew only when the membership changes.</summary>
    public IReadOnlyList<NodeId> MonitorsOf(NodeId subject, IEnumerable<NodeId> members)
    {
        if (!_monitors.TryGetValue(subject, out var monitors)) _monitors[subject] = monitors = Monitors.Of(subject, members);
        return monitors;
    }

    public void Tend(IEnumerable<NodeId> members, Pace pace, Instant now, bool quiet)
    {
        NoteMembership(members);
        var hearsSomebody = gossip.Peers.Any();
        foreach (var subject in members)
        {
            if (subject == self || !MonitorsOf(subject, members).Contains(self)) continue;
            _watched.Add(subject);
            var silent = IsSilent(subject, pace, now);
            if (quiet && silent || silent && !hearsSomebody) continue;
            liveness.Silent(subject, silent);
            Tell(subject, silent, pace, now);
        }
    }

    /// <summary>How many of the nodes that this node watches it hears, and how many it watches.</summary>
    public (int Reached, int Watched) Reach(Instant now, Pace pace)
    {
        return (_watched.Count(node => !IsSilent(node, pace, now)), _watched.Count);
    }

    private bool IsSilent(NodeId subject, Pace pace, Instant now)
    {
        if (gossip.SessionWith(subject) is { } session)
            return now.MonotonicMs - session.LastHeardMs >= GossipState.SilenceMs(pace);
        return liveness.LastHeardMs(subject) is not { } heard || now.MonotonicMs - heard >= GossipState.SilenceMs(pace);
    }

    private void Tell(NodeId subject, bool down, Pace pace, Instant now)
    {
        var ttlMs = Math.Min(pace.LeaseTtlMs, LongestTtlMs);
        var said = _said.GetValueOrDefault(subject);
        // Transitions only, but for a node that stays down the word is renewed before its lease ends.
        if (said.Down == down && (!down || now.MonotonicMs - said.AtMs < ttlMs / 2)) return;
        _said[subject] = (down, now.MonotonicMs);
        var sinceMs = down && liveness.LastHeardMs(subject) is { } heard ? now.UnixMs - (now.MonotonicMs - heard) : now.UnixMs;
        var body = new V1.Observation { Down = down, SinceMs = (ulong)Math.Max(0, sinceMs) };
        say(subject.Hash.ToArray(), body, ttlMs);
    }

    private void NoteMembership(IEnumerable<NodeId> members)
    {
        var fingerprint = members.Aggregate(17, (sum, m) => unchecked(sum * 31 + m.Hash.GetHashCode()));
        if (fingerprint == _members) return;
        _members = fingerprint;
        _monitors.Clear();
        _watched.Clear();
        foreach (var gone in _said.Keys.Except(members).ToList()) _said.Remove(gone);
    }
}
