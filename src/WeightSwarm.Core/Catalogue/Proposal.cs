using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Catalogue;

/// <summary>A model that a node without a curator's key would have preserved.</summary>
/// <param name="Proposer">Who holds it and proposes it.</param>
/// <param name="Entry">As a curator would catalogue it.</param>
/// <param name="Note">The proposer's words; may be empty.</param>
/// <param name="ProposedMs">When, Unix milliseconds by the proposer's clock.</param>
/// <param name="Refusal">A curator's reason against it; null while nobody refused.</param>
public sealed record Proposal(NodeId Proposer, Entry Entry, string Note, long ProposedMs, string? Refusal)
{
    /// <summary>So many of one proposer count, the newest.</summary>
    public const int MostOfOne = 16;
}
