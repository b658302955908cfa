using System.Collections.Immutable;

namespace WeightSwarm.Core.Formats;

/// <summary>Which shards there are and which lack, by their names. Immutable.</summary>
/// <param name="Present">Files whose names are those of shards.</param>
/// <param name="Missing">The first <see cref="MostNamed"/> paths that lack.</param>
/// <param name="MissingCount">How many lack in all.</param>
/// <param name="Duplicates">Paths that say of themselves to be a shard that another file is, too.</param>
public sealed record ShardSets(
    ImmutableArray<string> Present, ImmutableArray<string> Missing, int MissingCount, ImmutableArray<string> Duplicates)
{
    /// <summary>The most missing shards that are named.</summary>
    public const int MostNamed = 64;

    /// <summary>Sorts out the paths of a model.</summary>
    public static ShardSets Of(IEnumerable<string> paths)
    {
        var sets = new SortedDictionary<string, SortedDictionary<int, ShardName>>(StringComparer.Ordinal);
        List<string> present = [], missing = [], duplicates = [];
        foreach (var path in paths)
        {
            if (ShardName.Parse(path) is not { } name) continue;
            present.Add(path);
            if (!sets.TryGetValue(name.Set, out var set)) sets[name.Set] = set = [];
            if (!set.TryAdd(name.Number, name)) duplicates.Add(path);
        }
        var count = 0;
        foreach (var set in sets.Values) count += Lacking(set, missing);
        return new ShardSets([.. present], [.. missing], count, [.. duplicates]);
    }

    /// <summary>
    /// Numbers start with 1. Where there is a 0, they start with it, and the total is their count or the last of them.
    /// </summary>
    private static int Lacking(SortedDictionary<int, ShardName> set, List<string> missing)
    {
        var any = set.Values.First();
        var (first, last) = set.ContainsKey(0) ? (0, any.Total - 1) : (1, any.Total);
        var there = set.Keys.Count(number => number >= first && number <= last);
        var lacking = last - first + 1 - there;
        for (var number = first; number <= last && lacking > 0 && missing.Count < MostNamed; number++)
            if (!set.ContainsKey(number))
                missing.Add(any.Sibling(number));
        return lacking;
    }
}
