using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

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

/// <summary>The entry that speaks for a model of which several curators may have written one.</summary>
/// <param name="Entry">The founder's, or that of the smallest key; with the most copies that anybody wants.</param>
/// <param name="IsFounders">Whether it is the founder's.</param>
/// <param name="ChangedMs">When one of them was last written, Unix milliseconds.</param>
/// <param name="AddedMs">When the one that has been unchanged for longest was written.</param>
internal sealed record EntryChoice(Entry Entry, bool IsFounders, long ChangedMs, long AddedMs)
{
    /// <summary>
    /// The choice; null when nobody wants the model preserved. The founder's word is the last, be it a withdrawal; a
    /// curator withdraws its own entry and no other's.
    /// </summary>
    public static EntryChoice? Of(IReadOnlyCollection<CuratedEntry> entries, NodeId founder, Curation curation)
    {
        var own = entries.FirstOrDefault(e => e.Author == founder);
        if (own is { Entry.Active: false }) return null;
        var active = entries.Where(e => e.Entry.Active && curation.Counts(e)).ToImmutableArray();
        if (active.IsEmpty) return null;
        var (changed, added) = (entries.Max(e => e.IssuedMs), active.Min(e => e.IssuedMs));
        if (own is not null) return new EntryChoice(own.Entry, true, changed, added);
        // 0 is the policy's number, which no curator can lower, either.
        var copies = active.Any(e => e.Entry.Copies == 0) ? 0 : active.Max(e => e.Entry.Copies);
        return new EntryChoice(active[0].Entry with { Copies = copies }, false, changed, added);
    }
}
