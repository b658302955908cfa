using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// What this node remembers of a deficit that it waits for: since when, per class, and its turn. The only thing that
/// the planner remembers between passes. Monotonic milliseconds; null where the class has not been seen.
/// </summary>
/// <param name="U0">Since when it is at U0.</param>
/// <param name="U1">Since when it is at U1.</param>
/// <param name="U2">Since when it is at U2.</param>
/// <param name="U3">Since when it is at U3.</param>
/// <param name="Slot">This node's turn at the last pass.</param>
/// <param name="SlotsFromMs">Turns are counted from here at the earliest: when the turn last came nearer.</param>
internal readonly record struct FirstSeen(long? U0, long? U1, long? U2, long? U3, int Slot, long SlotsFromMs)
{
    /// <summary>Nothing seen.</summary>
    public static FirstSeen Nothing { get; } = new(null, null, null, null, int.MaxValue, long.MinValue);

    /// <summary>
    /// From when the turns of one class count: its confirmation over, and not before the turn last came nearer. That
    /// happens when those in front become unable to act, or a claim dies: everybody behind sees it, some of their waits
    /// are long over, and without a new start they would all act at once.
    /// </summary>
    public long TurnsFromMs(Urgency urgency, long confirmMs) => Math.Max(Of(urgency) + confirmMs, SlotsFromMs);

    /// <summary>Since when the deficit is in the class, which must have been noted.</summary>
    public long Of(Urgency urgency) => (urgency switch
    {
        Urgency.U0 => U0,
        Urgency.U1 => U1,
        Urgency.U2 => U2,
        _ => U3,
    })!.Value;

    /// <summary>This memory with the class and turn of now noted; the time of a class noted before stays.</summary>
    public FirstSeen Noting(Urgency urgency, int slot, long nowMs)
    {
        var nearer = slot < Slot && Slot != int.MaxValue;
        var seen = this with { Slot = slot, SlotsFromMs = nearer ? nowMs : SlotsFromMs };
        return urgency switch
        {
            Urgency.U0 => seen with { U0 = U0 ?? nowMs },
            Urgency.U1 => seen with { U1 = U1 ?? nowMs },
            Urgency.U2 => seen with { U2 = U2 ?? nowMs },
            _ => seen with { U3 = U3 ?? nowMs },
        };
    }
}
