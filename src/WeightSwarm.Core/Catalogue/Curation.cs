using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Catalogue;

/// <summary>An entry with what its record says beside it.</summary>
/// <param name="Author">The curator or the founder.</param>
/// <param name="Entry">The entry.</param>
/// <param name="Seq">The record's number.</param>
/// <param name="IssuedMs">When, Unix milliseconds by the author's clock.</param>
public sealed record CuratedEntry(NodeId Author, Entry Entry, ulong Seq, long IssuedMs);

/// <summary>What one curator has added.</summary>
/// <param name="Entries">Active entries within the budget.</param>
/// <param name="Bytes">Theirs together.</param>
/// <param name="Over">Active entries over the budget: nobody cares for them.</param>
public sealed record CuratorAccount(int Entries, long Bytes, int Over);

/// <summary>
/// Which entries count, seeing what each curator may add: in the order of their numbers, while their bytes together
/// stay within the budget. Every node that has the same records comes to the same answer; a key that was stolen cannot
/// ask the network for more than its owner was trusted with.
/// </summary>
public sealed class Curation
{
    private readonly SortedSet<(NodeId Author, Hash256 Model)> _over = [];
    private readonly SortedDictionary<NodeId, CuratorAccount> _accounts = [];

    /// <summary>By author; of all who have an active entry.</summary>
    public IReadOnlyDictionary<NodeId, CuratorAccount> Accounts => _accounts;

    /// <summary>Whether an author's active entry is within its budget.</summary>
    public bool Counts(CuratedEntry entry) => !_over.Contains((entry.Author, entry.Entry.ModelId));

    /// <summary>Of all entries under a charter.</summary>
    public static Curation Of(Charter? charter, IEnumerable<CuratedEntry> entries)
    {
        var curation = new Curation();
        foreach (var author in entries.Where(e => e.Entry.Active).GroupBy(e => e.Author))
        {
            var budget = charter?.Of(author.Key)?.BudgetBytes ?? 0;
            var (count, bytes, over) = (0, 0L, 0);
            foreach (var entry in author.OrderBy(e => e.Seq).ThenBy(e => e.Entry.ModelId))
            {
                var fits = budget == 0 || entry.Entry.Bytes <= budget - bytes;
                if (fits) (count, bytes) = (count + 1, bytes + entry.Entry.Bytes);
                else if (curation._over.Add((author.Key, entry.Entry.ModelId))) over++;
            }
            curation._accounts[author.Key] = new CuratorAccount(count, bytes, over);
        }
        return curation;
    }
}
