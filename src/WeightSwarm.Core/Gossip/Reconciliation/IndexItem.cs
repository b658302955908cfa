namespace WeightSwarm.Core.Gossip.Reconciliation;

/// <summary>
/// A record as reconciliation sees it, ordered by day and then by id: differences are mostly recent ones.
/// </summary>
/// <param name="Day">The day on which it was issued, days since 1970-01-01 UTC. The id commits to it.</param>
/// <param name="Id">The record's id.</param>
public readonly record struct IndexItem(uint Day, Hash256 Id) : IComparable<IndexItem>
{
    /// <inheritdoc/>
    public int CompareTo(IndexItem other) => Day != other.Day ? Day.CompareTo(other.Day) : Id.CompareTo(other.Id);
}
