using System.Collections.Immutable;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>How far the release of one slice has come.</summary>
public enum ReleasePhase
{
    /// <summary>Wanted; its turn has not come, or too few other copies are seen.</summary>
    Waiting,
    /// <summary>The intent is out, and the others have time to see it.</summary>
    Announced,
    /// <summary>The other holders are being challenged.</summary>
    Collecting,
    /// <summary>It was withdrawn; the next try comes later.</summary>
    BackingOff,
}

/// <summary>The place of an intent in the order of all intents on a slice: the same in every view.</summary>
/// <param name="IssuedMs">The author's wall clock when it announced, Unix milliseconds.</param>
/// <param name="Node">The author.</param>
public readonly record struct ReleaseTicket(long IssuedMs, NodeId Node) : IComparable<ReleaseTicket>
{
    /// <inheritdoc/>
    public int CompareTo(ReleaseTicket other) =>
        IssuedMs != other.IssuedMs ? IssuedMs.CompareTo(other.IssuedMs) : Node.CompareTo(other.Node);
}

/// <summary>How a challenge to a holder ended.</summary>
public enum ReceiptOutcome
{
    /// <summary>It showed the leaves that were drawn, and says that it holds the slice.</summary>
    Proven,
    /// <summary>It answered with bytes that are not the model's.</summary>
    Failed,
    /// <summary>It says that it does not hold the slice, or has it in its trash.</summary>
    NotHeld,
    /// <summary>It answered, but neither with a proof nor against having it: busy, or without the metadata.</summary>
    Unknown,
    /// <summary>No answer came in time.</summary>
    Offline,
}

/// <summary>The release of one slice by this node, at one moment. Immutable; <see cref="ReleaseRule"/> moves it
/// on.</summary>
public sealed record Release
{
    /// <summary>Model id.</summary>
    public required Hash256 Model { get; init; }
    /// <summary>Which slice.</summary>
    public required int Slice { get; init; }
    /// <summary>Why.</summary>
    public required ReleaseReason Reason { get; init; }
    /// <summary>How far.</summary>
    public ReleasePhase Phase { get; init; }
    /// <summary>Monotonic: when the phase may end (Waiting, BackingOff), or ends (Announced, Collecting).</summary>
    public required long DueMs { get; init; }
    /// <summary>This node's ticket, from <see cref="ReleasePhase.Announced"/> on.</summary>
    public ReleaseTicket Ticket { get; init; }
    /// <summary>Neighbours that this node had when it announced.</summary>
    public int NeighboursAtStart { get; init; }
    /// <summary>
    /// Holders of which an intent with a smaller ticket was seen since this one was announced. They stay excluded
    /// though they withdraw it: what they answered before is worth nothing.
    /// </summary>
    public ImmutableSortedSet<NodeId> Excluded { get; init; } = [];
    /// <summary>What the challenges of this attempt came to; a holder that was not asked is not in it.</summary>
    public ImmutableSortedDictionary<NodeId, ReceiptOutcome> Receipts { get; init; } =
        ImmutableSortedDictionary<NodeId, ReceiptOutcome>.Empty;
    /// <summary>Holders that were challenged and have not answered.</summary>
    public ImmutableSortedSet<NodeId> Asked { get; init; } = [];
    /// <summary>In words, what it waits for, or why it was last withdrawn.</summary>
    public string Words { get; init; } = "";

    /// <summary>Whether an intent of this release is out.</summary>
    public bool IsPending => Phase is ReleasePhase.Announced or ReleasePhase.Collecting;
}
