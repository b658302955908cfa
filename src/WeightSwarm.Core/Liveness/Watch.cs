using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Core.Liveness;

/// <summary>
/// This node as a monitor: for each node that it watches, it notices silence and tells the network, once per change. A
/// node that has just started, is not well, or hears nobody at all says nothing: the fault is more likely its own. A
/// new duty begins with the same patience, since the subject has yet to connect.
/// </summary>
internal sealed class Watch(
    NodeId self, LivenessState liveness, GossipState gossip, SwarmViewBuilder views,
    Action<byte[], V1.Observation, long> say)
{
    private readonly SortedDictionary<NodeId, (bool Down, long AtMs)> _said = [];
    private readonly SortedDictionary<NodeId, IReadOnlyList<NodeId>> _monitors = [];
    private IReadOnlyList<NodeId>? _ownMonitors;
    private readonly SortedDictionary<NodeId, Watched> _watched = [];
    private Watched[]? _all;
    private readonly List<NodeId> _newDuties = [];
    private readonly Duties _duties = new(self);
    private int _arrivalsSeen;
    private long _membership = -1, _departures = -1, _stillUntilMs = long.MinValue, _dueMs = long.MinValue;
    private const long LongestTtlMs = 86_400_000;

    /// <summary>A node that this one watches, since when, and when it was last heard.</summary>
    private sealed record Watched(Pulse Pulse, long SinceMs)
    {
        public long HeardMs => Math.Max(Pulse.SeenMs, SinceMs);
    }

    /// <summary>Whom this node watches, in order; made anew only when that changes.</summary>
    private Watched[] All => _all ??= [.. _watched.Values];

    /// <summary>The monitors of a node; computed anew only when the membership changes.</summary>
    public IReadOnlyList<NodeId> MonitorsOf(NodeId subject)
    {
        NoteMembership();
        if (subject == self) return _ownMonitors ??= _duties.MonitorsOf(self);
        if (!_monitors.TryGetValue(subject, out var monitors))
            _monitors[subject] = monitors = _duties.MonitorsOf(subject);
        return monitors;
    }

    /// <summary>Whether this node and another are monitor and subject, whichever way round.</summary>
    public bool IsTied(NodeId other) => _watched.ContainsKey(other) || MonitorsOf(self).Contains(other);

    /// <summary>What this node said before it restarted, to be renewed or taken back.</summary>
    public void Recall(NodeId subject, bool down) =>
        (_said[subject], _stillUntilMs) = ((down, long.MinValue), long.MinValue);

    /// <summary>What is said of those who are down is said once more.</summary>
    public void SayAllAgain()
    {
        foreach (var subject in _said.Keys.ToList()) _said[subject] = (_said[subject].Down, long.MinValue);
        _stillUntilMs = long.MinValue;
    }

    public void Tend(Pace pace, Instant now, bool quiet)
    {
        NoteMembership();
        if (now.MonotonicMs < _stillUntilMs) return;
        var hearsSomebody = gossip.Peers.Any();
        foreach (var subject in _newDuties)
            if (_watched.TryAdd(subject, new Watched(liveness.PulseOf(subject), now.MonotonicMs)))
                _all = null;
        _newDuties.Clear();
        foreach (var watched in All)
        {
            var subject = watched.Pulse.Node;
            var silent = IsSilent(watched, pace, now) || IsSilentStill(subject, watched);
            if (silent && (quiet || !hearsSomebody || Health >= LocalHealth.Sick)) continue;
            liveness.Silent(subject, silent);
            Tell(subject, silent, pace, now);
        }
    }

    /// <summary>
    /// How many of the nodes that this node watches it hears, and how many it watches. Those on probation are left out:
    /// a crowd of them that keeps silent would make this node believe itself deaf.
    /// </summary>
    public (int Reached, int Watched) Reach(Instant now, Pace pace)
    {
        var (reached, all) = (0, 0);
        foreach (var watched in All)
        {
            if (views.Census.YoungUntilMs(watched.Pulse.Node) > now.MonotonicMs) continue;
            all++;
            if (now.MonotonicMs < _stillUntilMs || !IsSilent(watched, pace, now)) reached++;
        }
        return (reached, all);
    }

    /// <summary>This node's local health.</summary>
    public int Health
    {
        get => gossip.Health;
        set
        {
            if (value == gossip.Health) return;
            // Another patience has other ends.
            (gossip.Health, _stillUntilMs) = (value, long.MinValue);
        }
    }

    /// <summary>The same as it was left by the last tick, or later: whoever was heard since has moved it. Now when
    /// somebody has fallen silent.</summary>
    public long MovedDueMs(Pace pace, Instant now)
    {
        if (now.MonotonicMs < _dueMs || _stillUntilMs == long.MinValue) return _dueMs;
        var due = NextDueMs(pace, now);
        return _stillUntilMs == long.MinValue ? now.MonotonicMs : due;
    }

    /// <summary>When (monotonic) there will be something to say, if nothing is heard until then; asked after a
    /// tick.</summary>
    public long NextDueMs(Pace pace, Instant now) => _dueMs = FindDueMs(pace, now);

    private long FindDueMs(Pace pace, Instant now)
    {
        NoteMembership();
        if (now.MonotonicMs < _stillUntilMs) return _stillUntilMs;
        var due = _newDuties.Count > 0 ? now.MonotonicMs : long.MaxValue;
        var isStill = true;
        var renewMs = Math.Min(pace.LeaseTtlMs, LongestTtlMs) / 2;
        foreach (var watched in All)
        {
            var said = _said.GetValueOrDefault(watched.Pulse.Node);
            isStill &= !said.Down && !IsSilent(watched, pace, now);
            if (said.Down) due = Math.Min(due, said.AtMs == long.MinValue ? now.MonotonicMs : said.AtMs + renewMs);
            // Silence that cannot be told now is told when the quiet ends, or when somebody is heard. What was told
            // already counts for this node's own health again when its patience ends.
            if (!IsSilent(watched, pace, now)) due = Math.Min(due, watched.HeardMs + gossip.SilenceMs(pace));
        }
        // Who is heard until then only moves it; who is silent, or was, may be heard at any time.
        _stillUntilMs = isStill ? due : long.MinValue;
        return due;
    }

    private bool IsSilent(Watched watched, Pace pace, Instant now) =>
        now.MonotonicMs - watched.HeardMs >= gossip.SilenceMs(pace);

    /// <summary>More patience than before, when this node doubts itself, brings nobody back: only a sign of life
    /// does.</summary>
    private bool IsSilentStill(NodeId subject, Watched watched) =>
        _said.GetValueOrDefault(subject) is { Down: true } said && watched.HeardMs <= said.AtMs;

    private void Tell(NodeId subject, bool down, Pace pace, Instant now)
    {
        var ttlMs = Math.Min(pace.LeaseTtlMs, LongestTtlMs);
        var said = _said.GetValueOrDefault(subject);
        // Transitions only, but for a node that stays down the word is renewed before its lease ends.
        var fresh = said.AtMs != long.MinValue && now.MonotonicMs - said.AtMs < ttlMs / 2;
        if (said.Down == down && (!down || fresh)) return;
        _said[subject] = (down, now.MonotonicMs);
        var sinceMs = down && liveness.LastHeardMs(subject) is { } heard ? now.UnixMs - (now.MonotonicMs - heard)
            : now.UnixMs;
        var body = new V1.Observation { Down = down, SinceMs = (ulong)Math.Max(0, sinceMs) };
        say(subject.Hash.ToArray(), body, ttlMs);
    }

    /// <summary>Takes over who has come and gone.</summary>
    public void NoteMembership()
    {
        if (views.MembershipVersion == _membership) return;
        _membership = views.MembershipVersion;
        _stillUntilMs = long.MinValue;
        _monitors.Clear();
        _ownMonitors = null;
        CountDuties();
        foreach (var subject in _watched.Keys.Where(s => !_duties.Contains(s)).ToList())
        {
            _watched.Remove(subject);
            _all = null;
            liveness.Silent(subject, false);
        }
        _newDuties.Clear();
        _newDuties.AddRange(_duties.Subjects);
        foreach (var gone in _said.Keys.Where(s => !views.Nodes.ContainsKey(s)).ToList()) _said.Remove(gone);
    }

    private void CountDuties()
    {
        var isCurrent = _departures == views.Departures;
        for (; isCurrent && _arrivalsSeen < views.Arrivals.Count; _arrivalsSeen++)
            isCurrent = _duties.TryTake(views.Arrivals[_arrivalsSeen]);
        if (!isCurrent) _duties.Count(views.Nodes.Keys, views.Reachable);
        (_departures, _arrivalsSeen) = (views.Departures, views.Arrivals.Count);
    }
}
