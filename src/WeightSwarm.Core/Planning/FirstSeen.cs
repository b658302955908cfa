using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// Since when this node waits for a deficit, per class: the only thing that the planner remembers between passes.
/// Monotonic milliseconds; null where the class has not been seen.
/// </summary>
internal readonly record struct FirstSeen(long? U0, long? U1, long? U2, long? U3)
{
    /// <summary>The time of one class.</summary>
    public long? Of(Urgency urgency) => urgency switch
    {
        Urgency.U0 => U0,
        Urgency.U1 => U1,
        Urgency.U2 => U2,
        _ => U3,
    };

    /// <summary>This memory with the class noted now, unless it was noted before.</summary>
    public FirstSeen Noting(Urgency urgency, long nowMs) => urgency switch
    {
        Urgency.U0 => this with { U0 = U0 ?? nowMs },
        Urgency.U1 => this with { U1 = U1 ?? nowMs },
        Urgency.U2 => this with { U2 = U2 ?? nowMs },
        _ => this with { U3 = U3 ?? nowMs },
    };
}
