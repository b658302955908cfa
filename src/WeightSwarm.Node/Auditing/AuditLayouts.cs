using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Replication;

namespace WeightSwarm.Node.Auditing;

/// <summary>
/// Where the leaves of a model lie, which is all that an auditor needs: from its manifest, which is here or is fetched
/// from a holder, checked by its hash, and kept. Nothing of the model itself is fetched. May be used from any thread.
/// </summary>
public sealed class AuditLayouts(CustodyTable custody, ContentFetcher fetcher, SwarmInbox inbox)
{
    private const int MostKept = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<Hash256, SliceLeaves> _kept = [];

    /// <summary>The layout; null where the manifest cannot be had, or is not fit for the entry.</summary>
    public async Task<SliceLeaves?> OfAsync(Hash256 model, CancellationToken cancellation)
    {
        var (entry, holders) = await inbox.AskAsync(core => EntryOf(core, model), cancellation);
        if (entry is null) return null;
        lock (_lock)
            if (_kept.TryGetValue(entry.ManifestHash, out var kept))
                return kept;
        if (await ManifestOfAsync(entry, holders, cancellation) is not { } manifest) return null;
        var layout = SliceLeaves.Of(manifest, entry);
        // Of an entry that its manifest does not fit no answer can be judged.
        if (layout.Slices != entry.Slices) return null;
        lock (_lock)
        {
            if (_kept.Count >= MostKept) _kept.Clear();
            _kept[entry.ManifestHash] = layout;
        }
        return layout;
    }

    private async Task<Manifest?> ManifestOfAsync(
        Entry entry, IReadOnlyList<NodeId> holders, CancellationToken cancellation)
    {
        if (custody.ContentOf(entry.ModelId) is { } content && content.Entry.ManifestHash == entry.ManifestHash)
            return content.Manifest;
        var bytes = await fetcher.GetAsync(entry.ManifestHash, Manifest.MostBytes, holders, cancellation);
        return bytes is null ? null : Manifest.Parse(bytes).Manifest;
    }

    private static (Entry? Entry, IReadOnlyList<NodeId> Holders) EntryOf(SwarmCore? core, Hash256 model) =>
        core?.View?.Models.FirstOrDefault(m => m.Entry.ModelId == model) is { } seen
            ? (seen.Entry, [.. seen.Holders.Select(h => h.Node).Where(n => n != core.Self)])
            : (null, []);
}
