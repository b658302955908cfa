using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>A slice that wants copies, with everything that deciding about it needs.</summary>
internal sealed record Deficit
{
    public required Entry Model { get; init; }
    public required int Slice { get; init; }
    public required SliceTally Tally { get; init; }
    public required long Bytes { get; init; }
    /// <summary>This node's score.</summary>
    public required ulong Score { get; init; }
    public required TakerCount Takers { get; init; }
    /// <summary>This node's jitter, ms.</summary>
    public required long JitterMs { get; init; }
    /// <summary>Why this node could not take it, whatever its room; null if it could.</summary>
    public required string? Obstacle { get; init; }

    public Urgency Urgency => Tally.Urgency;

    /// <summary>Copies that exist or are under way.</summary>
    public int Copies => Tally.Counts.Durable + Tally.Counts.Claims;

    /// <summary>Whether the other has more copies or less hurry.</summary>
    public bool IsBefore(Deficit other) => (Urgency, Copies).CompareTo((other.Urgency, other.Copies)) < 0;

    /// <summary>
    /// The order of work: class, then fewest copies (survival is not estimated yet, so the copies stand for it), then
    /// fewest online, then own place in the order, then own score, so that nodes begin at different places.
    /// </summary>
    public static int Compare(Deficit a, Deficit b)
    {
        var order = (a.Urgency, a.Copies, a.Tally.Counts.Online, a.Takers.Rank, a.Score)
            .CompareTo((b.Urgency, b.Copies, b.Tally.Counts.Online, b.Takers.Rank, b.Score));
        if (order != 0) return order;
        var model = a.Model.ModelId.CompareTo(b.Model.ModelId);
        return model != 0 ? model : a.Slice.CompareTo(b.Slice);
    }
}
