using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>A node that has come into the view, or has gained an address.</summary>
/// <param name="Node">Which.</param>
/// <param name="IsNew">No record of it was known before.</param>
/// <param name="GainedAddress">It gives an address, and did not before.</param>
public readonly record struct Arrival(NodeId Node, bool IsNew, bool GainedAddress);
