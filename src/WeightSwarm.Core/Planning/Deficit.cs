using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>A slice that wants copies, with everything that deciding about it needs.</summary>
internal sealed record Deficit
{
    public required Entry Model { get; init; }
    public required int Slice { get; init; }
    /// <summary>Of a model that was catalogued lately: it comes after what the network has promised already.</summary>
    public bool IsAddition { get; init; }
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
    public bool IsBefore(Deficit other) =>
        (IsAddition, Urgency, Copies).CompareTo((other.IsAddition, other.Urgency, other.Copies)) < 0;

    /// <summary>
    /// The order of work: additions last, whoever made them (gossip-planner section 8.1, scenario 25); class, then
    /// fewest copies (survival is not estimated yet, so the copies stand for it), then fewest online, then own place in
    /// the order, then own score, so that nodes begin at different places.
    /// </summary>
    public static int Compare(Deficit a, Deficit b)
    {
        var order = (a.IsAddition, a.Urgency, a.Copies, a.Tally.Counts.Online, a.Takers.Rank, a.Score)
            .CompareTo((b.IsAddition, b.Urgency, b.Copies, b.Tally.Counts.Online, b.Takers.Rank, b.Score));
        if (order != 0) return order;
        var model = a.Model.ModelId.CompareTo(b.Model.ModelId);
        return model != 0 ? model : a.Slice.CompareTo(b.Slice);
    }
}
