using WeightSwarm.Core.Auditing;

namespace WeightSwarm.Core.Planning;

/// <summary>A claim that this node asks to have proven: if it did not count, this node would be among the first to
/// act.</summary>
/// <param name="Claim">Whose claim, and of what.</param>
/// <param name="TtlMs">Without progress the claim counts for so long.</param>
public sealed record ClaimDoubt(CopyKey Claim, long TtlMs);
