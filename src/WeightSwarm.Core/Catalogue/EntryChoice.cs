using System.Collections.Immutable;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Catalogue;

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
