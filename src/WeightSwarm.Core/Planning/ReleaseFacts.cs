using System.Collections.Immutable;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>Another node that says it holds the slice.</summary>
/// <param name="Node">Who.</param>
/// <param name="Domains">Its failure domains; two holders that share one count once.</param>
/// <param name="Counts">It is present, and neither draining nor giving the slice up for its owner.</param>
/// <param name="OnProbation">It is young, or discredited by its audits.</param>
public sealed record ReleaseHolder(NodeId Node, ImmutableArray<string> Domains, bool Counts, bool OnProbation = false);

/// <summary>Another node's statement that it is about to give a slice up.</summary>
/// <param name="Slice">Which slice.</param>
/// <param name="Ticket">Its place in the order of intents.</param>
public sealed record SliceIntent(int Slice, ReleaseTicket Ticket);

/// <summary>What this node knows now of a slice that it wants to release, and of itself.</summary>
public sealed record ReleaseFacts
{
    /// <summary>Copies that the network wants (N).</summary>
    public required int Target { get; init; }
    /// <summary>The others that say they hold it, ordered by node id.</summary>
    public required ImmutableArray<ReleaseHolder> Holders { get; init; }
    /// <summary>Visible intents of others on the slice.</summary>
    public ImmutableArray<SliceIntent> Intents { get; init; } = [];
    /// <summary>Whether the release is still wanted.</summary>
    public bool Wanted { get; init; } = true;
    /// <summary>The owner's deadline has passed: the slice goes without receipts.</summary>
    public bool OwnerWins { get; init; }
    /// <summary>Why this node may release nothing now, in words; null when it may.</summary>
    public string? Forbidden { get; init; }
    /// <summary>Fewer than half of this node's monitors can be reached.</summary>
    public bool MonitorsCut { get; init; }
    /// <summary>Neighbours that this node has now.</summary>
    public int Neighbours { get; init; }
    /// <summary>Whether this node may have one more intent out.</summary>
    public bool MayAnnounce { get; init; } = true;

    /// <summary>
    /// Copies elsewhere without which nothing is released: N + h for a trim, N where an owner wants the space.
    /// </summary>
    public int Needed(ReleaseReason reason) =>
        Target + (reason == ReleaseReason.Trim ? ReleaseRule.TrimMargin : 0);
}
