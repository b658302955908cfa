using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Replication;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Weights;

/// <summary>Entries that a folder may be, before any of its bytes is read.</summary>
/// <param name="Named">Active ones of the name (and the revision) that was given.</param>
/// <param name="Alike">Those of any name with as many files and bytes.</param>
internal sealed record Candidates(ImmutableArray<Entry> Named, ImmutableArray<Entry> Alike);

/// <summary>Finds out which model of the catalogue an owner's folder is, and in what it differs from one.</summary>
internal sealed class CatalogueMatch(SwarmInbox inbox, NodeStore store, ModelContents contents)
{
    /// <summary>What the folder may be, by its name and its size.</summary>
    public Task<Candidates> CandidatesAsync(
        ModelName name, string revision, FolderScanResult scan, CancellationToken cancellation) => inbox.AskAsync(
        core =>
        {
            var entries = Entries(core).ToList();
            return new Candidates(
                [.. entries.Where(e => e.Active && e.Model == name.ToString()
                    && (revision.Length == 0 || e.Revision == revision))],
                [.. entries.Where(e => e.Bytes == scan.Bytes && e.Files == scan.Files.Length)]);
        },
        cancellation);

    /// <summary>
    /// The entry of a folder that this node serves whole, when every file still is what was hashed; else null.
    /// </summary>
    public async Task<Entry?> ServedAsync(FolderScanResult scan, CancellationToken cancellation)
    {
        var files = InPlaceFolder.Stamps(scan.Files);
        var local = store.Models.List().FirstOrDefault(
            m => m.InPlace && m.Key.Folder == scan.Root && m.Files.ToHashSet().SetEquals(files));
        if (local is null) return null;
        return await inbox.AskAsync(
            core => Entries(core).FirstOrDefault(e => e.ModelId == local.Key.Model) is { } entry
                && local.Verified.Count == entry.Slices
                && core!.Held.GetValueOrDefault(entry.ModelId)?.Count == entry.Slices ? entry : null,
            cancellation);
    }

    /// <summary>The entry of these files: the same layout under the same name, or the same files otherwise.</summary>
    public Task<Entry?> ExactAsync(HashedModel model, CancellationToken cancellation) => inbox.AskAsync(
        core => Entries(core).FirstOrDefault(
            e => e.ModelId == model.Metainfo.InfoHashV2 || e.ManifestHash == model.Manifest.Hash), cancellation);

    /// <summary>An entry's manifest and .torrent, from this node or from a holder.</summary>
    public async Task<(ModelContent? Content, string Problem)> ContentAsync(
        Entry entry, CancellationToken cancellation)
    {
        IReadOnlyList<NodeId> holders =
            await inbox.AskAsync(core => SourcePeers.Holders(core, entry.ModelId), cancellation);
        return await contents.GetAsync(entry, holders, cancellation);
    }

    /// <summary>
    /// In what the files differ from the nearest of some entries: "org/model@r1: 'a.bin' is missing"; null when no
    /// manifest can be had to compare with.
    /// </summary>
    /// <param name="entries">Of one name.</param>
    /// <param name="differences">Of one manifest.</param>
    /// <param name="cancellation">Ends the fetching of manifests.</param>
    public async Task<string?> NearestAsync(
        ImmutableArray<Entry> entries, Func<Manifest, IReadOnlyList<string>> differences,
        CancellationToken cancellation)
    {
        (Entry Entry, IReadOnlyList<string> Differences)? nearest = null;
        foreach (var entry in entries)
        {
            var (content, _) = await ContentAsync(entry, cancellation);
            if (content is null) continue;
            var found = differences(content.Manifest);
            if (nearest is null || found.Count < nearest.Value.Differences.Count) nearest = (entry, found);
        }
        return nearest is { } one
            ? $"{one.Entry.Model}@{one.Entry.Revision}: {FolderDifference.Text(one.Differences)}"
            : null;
    }

    /// <summary>Why a folder that is to join the holders of a model cannot.</summary>
    public async Task<ControlException> RefusalAsync(
        AddOrder order, ImmutableArray<Entry> named, Func<Manifest, IReadOnlyList<string>> differences,
        CancellationToken cancellation)
    {
        if (named.IsEmpty) return NoLicence(order.Name);
        var difference = await NearestAsync(named, differences, cancellation)
            ?? $"{order.Name}, whose list of files no reachable node has";
        return new ControlException(
            ControlExit.VerificationFailed, "differs",
            $"'{order.Path}' is not the catalogued {difference}; put that right to join its holders "
                + "(or name another --revision, and its --licence, to have it added as that)");
    }

    private static ControlException NoLicence(string name) => new(
        ControlExit.Usage, "no-licence",
        $"{name} is not catalogued yet: name the licence to add it, such as --licence Apache-2.0");

    private static IEnumerable<Entry> Entries(SwarmCore? core) => core?.View?.Models.Select(m => m.Entry) ?? [];
}
