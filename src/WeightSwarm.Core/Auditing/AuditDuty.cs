namespace WeightSwarm.Core.Auditing;

/// <summary>Why a copy is audited; of two reasons the later one in this order stands.</summary>
public enum AuditCause
{
    /// <summary>It is this node's turn.</summary>
    Turn,
    /// <summary>Its holder has restarted.</summary>
    Restart,
    /// <summary>It was not claimed before.</summary>
    FirstHolding,
    /// <summary>Its holder denied it.</summary>
    Denial,
    /// <summary>It failed, or another of the same holder did.</summary>
    Failure,
}

/// <summary>A copy that this node is to audit.</summary>
/// <param name="Copy">Which.</param>
/// <param name="Cause">Why.</param>
/// <param name="DueMs">When (monotonic).</param>
/// <param name="Leaves">Leaves in one challenge.</param>
/// <param name="Challenges">Challenges still to be passed.</param>
/// <param name="Tries">How often it had no clear answer.</param>
internal sealed record AuditDuty(
    CopyKey Copy, AuditCause Cause, long DueMs, int Leaves, int Challenges = 1, int Tries = 0);

/// <summary>The duties of this node, one for a copy, in the order in which they are due.</summary>
internal sealed class AuditDuties
{
    private readonly SortedDictionary<CopyKey, AuditDuty> _byCopy = [];
    private readonly SortedSet<(long DueMs, CopyKey Copy)> _queue = [];

    public int Count => _byCopy.Count;

    /// <summary>When (monotonic) the first is due; <see cref="long.MaxValue"/> for none.</summary>
    public long NextDueMs { get; private set; } = long.MaxValue;

    public AuditDuty? Of(CopyKey copy) => _byCopy.GetValueOrDefault(copy);

    /// <summary>Takes the first one out.</summary>
    public AuditDuty Take()
    {
        var copy = _queue.Min.Copy;
        var duty = _byCopy[copy];
        Remove(copy);
        return duty;
    }

    /// <summary>Adds one, unless there is one for a better reason.</summary>
    public void Add(AuditDuty duty)
    {
        if (_byCopy.TryGetValue(duty.Copy, out var other))
        {
            if (other.Cause >= duty.Cause) return;
            Remove(duty.Copy);
        }
        _byCopy.Add(duty.Copy, duty);
        _queue.Add((duty.DueMs, duty.Copy));
        NextDueMs = Math.Min(NextDueMs, duty.DueMs);
    }

    private void Remove(CopyKey copy)
    {
        if (!_byCopy.Remove(copy, out var duty)) return;
        _queue.Remove((duty.DueMs, copy));
        NextDueMs = _queue.Count == 0 ? long.MaxValue : _queue.Min.DueMs;
    }
}
