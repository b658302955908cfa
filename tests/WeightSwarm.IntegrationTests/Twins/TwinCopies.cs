using System.Collections.Immutable;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>Who holds what in one moment.</summary>
/// <param name="Holders">Of each slice the running nodes that say they hold it, and of which every byte on the disk is
/// right.</param>
/// <param name="Lies">What a running node says that it holds, and does not.</param>
internal sealed record TwinCopies(
    ImmutableArray<ImmutableSortedSet<int>> Holders, ImmutableSortedSet<(int Node, int Slice)> Lies)
{
    /// <summary>Copies of the slice that has the fewest.</summary>
    public int Fewest => Holders.Min(h => h.Count);

    /// <summary>Copies of the slice that has the most.</summary>
    public int Most => Holders.Max(h => h.Count);

    public int All => Holders.Sum(h => h.Count);

    /// <summary>The slices that a node holds.</summary>
    public IReadOnlyList<int> Of(int node) =>
        [.. Enumerable.Range(0, Holders.Length).Where(slice => Holders[slice].Contains(node))];

    /// <summary>From what nodes say, and what lies on their disks.</summary>
    public static TwinCopies Of(int slices, IEnumerable<(int Node, int Slice)> said, Func<int, int, bool> isThere)
    {
        var holders = Enumerable.Range(0, slices).Select(_ => ImmutableSortedSet.CreateBuilder<int>()).ToList();
        var lies = ImmutableSortedSet.CreateBuilder<(int, int)>();
        foreach (var (node, slice) in said)
        {
            if (isThere(node, slice)) holders[slice].Add(node);
            else lies.Add((node, slice));
        }
        return new TwinCopies([.. holders.Select(h => h.ToImmutable())], lies.ToImmutable());
    }

    public override string ToString() =>
        $"{string.Join(' ', Holders.Select((h, slice) => $"{slice}:[{string.Join(',', h)}]"))}" +
        (Lies.IsEmpty ? "" : $"; not there: {string.Join(' ', Lies)}");
}
