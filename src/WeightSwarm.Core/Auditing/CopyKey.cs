using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Auditing;

/// <summary>Names one copy: one holder's of one slice.</summary>
/// <param name="Holder">Who says that it holds it.</param>
/// <param name="Model">Model id.</param>
/// <param name="Slice">Which slice.</param>
public readonly record struct CopyKey(NodeId Holder, Hash256 Model, int Slice) : IComparable<CopyKey>
{
    /// <inheritdoc/>
    public int CompareTo(CopyKey other)
    {
        var order = Holder.CompareTo(other.Holder);
        if (order == 0) order = Model.CompareTo(other.Model);
        return order != 0 ? order : Slice.CompareTo(other.Slice);
    }
}
