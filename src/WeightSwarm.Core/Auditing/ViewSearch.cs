using System.Collections.Immutable;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Core.Auditing;

/// <summary>Finds parts of a view by their order.</summary>
internal static class ViewSearch
{
    /// <summary>The model of that id, or null.</summary>
    public static ModelView? BinarySearch(this ImmutableArray<ModelView> models, Hash256 id)
    {
        int low = 0, high = models.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = models[middle].Entry.ModelId.CompareTo(id);
            if (order == 0) return models[middle];
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        return null;
    }

    /// <summary>A node's holding, or null.</summary>
    public static Holder? BinarySearch(this ImmutableArray<Holder> holders, NodeId node)
    {
        int low = 0, high = holders.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = holders[middle].Node.CompareTo(node);
            if (order == 0) return holders[middle];
            if (order < 0) low = middle + 1;
            else high = middle - 1;
        }
        return null;
    }
}
