using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Tables;

namespace WeightSwarm.Core.Liveness;

/// <summary>
/// Who is present. Nobody's word alone makes a node absent: a node is absent once enough of its monitors say so, this
/// node's own silence counting as one vote; anything that the node itself signed or sent later proves it alive again,
/// since liveness is cheap to prove and absence is not. Reference: gossip-planner section 1.4.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="startedMs">Monotonic, when it started.</param>
/// <param name="salt">Of its table; those who make keys must not know it.</param>
public sealed class LivenessState(NodeId self, long startedMs, ulong salt = 0)
{
    /// <summary>So many monitors must agree, or all that nobody doubts when they are fewer.</summary>
    public const int VotesWanted = 3;

    private readonly FlatMap<NodeId, Pulse?> _pulses = new(salt);
    private readonly SortedDictionary<NodeId, SortedDictionary<NodeId, Vote>> _votes = [];
    private readonly SortedSet<NodeId> _silent = [], _doubted = [];

    private readonly record struct Vote(long SinceMs, long CastMs);

    /// <summary>
    /// Grows whenever an answer of <see cref="AbsentSinceMs"/> may have changed for equal monitors; time alone changes
    /// none.
    /// </summary>
    public long Version { get; private set; }

    /// <summary>Whom this node or a monitor fails to hear; all others are present.</summary>
    public IReadOnlyCollection<NodeId> Doubted => _doubted;

    /// <summary>Something that proves a node alive at that monotonic time: a frame of its own, or a record it signed
    /// then.</summary>
    public void Heard(NodeId node, long atMs) => Heard(PulseOf(node), atMs);

    /// <summary>A frame of a node came in.</summary>
    internal void Seen(Pulse pulse, long atMs)
    {
        pulse.SeenMs = atMs;
        Heard(pulse, atMs);
    }

    private void Heard(Pulse pulse, long atMs)
    {
        if (pulse.HeardMs >= atMs) return;
        pulse.HeardMs = atMs;
        if (pulse.IsDoubted) Doubt(pulse.Node);
    }

    internal Pulse PulseOf(NodeId node) => _pulses.At(node) ??= new Pulse(node);

    /// <summary>Monotonic time of the last proof of life; null for none since this node started.</summary>
    public long? LastHeardMs(NodeId node) =>
        _pulses.Find(node) is { HeardMs: > long.MinValue } pulse ? pulse.HeardMs : null;

    /// <summary>Whether this node itself fails to hear a node that it ought to hear.</summary>
    public void Silent(NodeId node, bool silent)
    {
        if (silent ? _silent.Add(node) : _silent.Remove(node)) Doubt(node);
    }

    /// <summary>A monitor's observation; both times monotonic, of this node.</summary>
    public void Observed(NodeId monitor, NodeId subject, bool down, long sinceMs, long castMs)
    {
        // Taking its own vote back is all that a monitor can do: the word of one must not outvote the others.
        if (!down)
        {
            Unobserved(monitor, subject);
            return;
        }
        if (!_votes.TryGetValue(subject, out var votes)) _votes[subject] = votes = [];
        votes[monitor] = new Vote(sinceMs, castMs);
        Doubt(subject);
    }

    /// <summary>A monitor's observation is over (its lease ended).</summary>
    public void Unobserved(NodeId monitor, NodeId subject)
    {
        if (!_votes.TryGetValue(subject, out var votes) || !votes.Remove(monitor)) return;
        if (votes.Count == 0) _votes.Remove(subject);
        Doubt(subject);
    }

    /// <summary>Since when a node is absent (monotonic), or null while it is present.</summary>
    /// <param name="node">Whom.</param>
    /// <param name="monitors">Its monitors, this node perhaps among them.</param>
    public long? AbsentSinceMs(NodeId node, IEnumerable<NodeId> monitors)
    {
        if (node == self || !IsDoubted(node)) return null;
        var heard = LastHeardMs(node) ?? long.MinValue;
        List<long> since = [];
        var alive = 0;
        foreach (var monitor in monitors)
        {
            // Two that died together and monitor each other must not wait for each other's votes; who is doubted
            // wrongly says so at once.
            if (monitor == self || !IsDoubted(monitor)) alive++;
            if (DownSince(monitor, node, heard) is { } at) since.Add(at);
        }
        if (!monitors.Contains(self) && DownSince(self, node, heard) is { } mine) since.Add(mine);
        var wanted = Math.Clamp(alive, 1, VotesWanted);
        if (since.Count < wanted) return null;
        since.Sort();
        return Math.Max(since[wanted - 1], heard);
    }

    private void Doubt(NodeId node)
    {
        // What was cast before the last proof of life counts for nothing any more.
        var pulse = PulseOf(node);
        pulse.IsDoubted = _silent.Contains(node) ||
            _votes.TryGetValue(node, out var votes) && votes.Values.Any(v => v.CastMs > pulse.HeardMs);
        if (pulse.IsDoubted) _doubted.Add(node);
        else _doubted.Remove(node);
        Version++;
    }

    private bool IsDoubted(NodeId node) => _doubted.Contains(node);

    private long? DownSince(NodeId monitor, NodeId node, long heardMs)
    {
        if (monitor == self) return _silent.Contains(node) ? Math.Max(heardMs, startedMs) : null;
        return _votes.TryGetValue(node, out var votes) && votes.TryGetValue(monitor, out var vote) &&
            vote.CastMs > heardMs
            ? vote.SinceMs
            : null;
    }
}
