using System.Net;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Gossip.Admission;

/// <summary>
/// Since when this node knows each member, and which members are admitted. Keys cost nothing, time and addresses do: a
/// member is on probation until this node has known it for three weeks, and of one network only so many are admitted
/// (<see cref="GroupCaps"/>). Who was a member already when this node came, or soon after, is not judged: a node that
/// has just joined knows nobody's age, and in a new network everybody is new. A network whose policy has the rule
/// "node" is private, and has neither probation nor caps.
/// </summary>
public sealed class Census(NodeId self)
{
    private const int MostKnown = 1 << 18;

    private readonly SortedDictionary<NodeId, (long FirstMs, long LastMs)> _known = [];
    private readonly SortedDictionary<NodeId, IReadOnlyList<IPAddress>> _members = [];
    private GroupCaps _caps = new();
    private Policy? _policy;
    private long? _beganMs;

    private bool IsOpen => _policy is { Domains: DomainRule.Subnet };

    /// <summary>Members that are one too many of their network.</summary>
    public int Over => _caps.Over;

    /// <summary>A node was known in an earlier run; this node itself since when it is in the network.</summary>
    /// <param name="node">Whom.</param>
    /// <param name="firstMs">Monotonic, perhaps long before the start.</param>
    public void Knew(NodeId node, long firstMs)
    {
        if (node == self) _beganMs = firstMs;
        else if (_known.Count < MostKnown) _known[node] = (firstMs, firstMs);
    }

    /// <summary>
    /// The charter is there, or another one: who is admitted is decided anew, the longest known first.
    /// </summary>
    public void Rule(Policy policy)
    {
        _policy = policy;
        _caps = new GroupCaps();
        if (!IsOpen)
        {
            _members.Clear();
            _known.Clear();
            return;
        }
        foreach (var node in _members.Keys.OrderBy(FirstMs).ThenBy(n => n).ToList()) _caps.Join(node, _members[node]);
    }

    /// <summary>A member's record came, the first or another.</summary>
    public void Came(NodeId node, IReadOnlyList<IPAddress> addresses, Instant now)
    {
        _beganMs ??= now.MonotonicMs;
        // A private network, of ten thousand nodes perhaps, asks nothing of this.
        if (node == self || _policy is not null && !IsOpen) return;
        if (_known.TryGetValue(node, out var known)) _known[node] = known with { LastMs = now.MonotonicMs };
        else Meet(node, now);
        _members[node] = addresses;
        if (IsOpen) _caps.Join(node, addresses);
    }

    /// <summary>A member's lease is over; who is admitted in its place.</summary>
    public IReadOnlyList<NodeId> Left(NodeId node)
    {
        _members.Remove(node);
        return IsOpen ? _caps.Leave(node) : [];
    }

    /// <summary>Whether a member counts, is passed on and is dialled.</summary>
    public bool IsAdmitted(NodeId node) => !_caps.IsOver(node);

    /// <summary>Until when (monotonic) a member is on probation; null for one that never was, or is this
    /// node.</summary>
    public long? YoungUntilMs(NodeId node)
    {
        if (!IsOpen || node == self || _beganMs is not { } began) return null;
        var first = FirstMs(node);
        return first <= began + _policy!.Pace.SettleMs ? null
            : first == long.MaxValue ? first : first + _policy.Pace.ProbationMs;
    }

    /// <summary>Since when (monotonic) this node knows a member; the end of time for one that it cannot
    /// remember.</summary>
    public long FirstMs(NodeId node) => _known.TryGetValue(node, out var known) ? known.FirstMs : long.MaxValue;

    private void Meet(NodeId node, Instant now)
    {
        if (_known.Count >= MostKnown) ForgetLost(now);
        // Whoever comes in such a crowd stays on probation; those known before are not forgotten for it.
        if (_known.Count < MostKnown) _known.Add(node, (now.MonotonicMs, now.MonotonicMs));
    }

    private void ForgetLost(Instant now)
    {
        var lostMs = (_policy?.Pace ?? Pace.Real).LostMs;
        foreach (var (node, known) in _known.ToList())
            if (!_members.ContainsKey(node) && now.MonotonicMs - known.LastMs > lostMs)
                _known.Remove(node);
    }
}
