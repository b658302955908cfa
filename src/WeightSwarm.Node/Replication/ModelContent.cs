using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Gossip;

namespace WeightSwarm.Node.Replication;

/// <summary>What a node must have of a model before it can hold or restore any of it. Checked against each
/// other.</summary>
/// <param name="Entry">The catalogue entry.</param>
/// <param name="Manifest">Every file's path, size, SHA-256 and pieces root.</param>
/// <param name="Metainfo">The parsed .torrent.</param>
public sealed record ModelContent(Entry Entry, Manifest Manifest, Metainfo Metainfo);

/// <summary>Gets the manifest and the .torrent of an entry, from this node or its peers, and checks that all three
/// agree.</summary>
public sealed class ModelContents(ContentFetcher fetcher)
{
    private const long MostManifestBytes = 64L << 20;

    /// <summary>The content, or null and why not in words.</summary>
    public async Task<(ModelContent? Content, string Problem)> GetAsync(
        Entry entry, IReadOnlyList<NodeId> holders, CancellationToken cancellation)
    {
        var manifestBytes = await fetcher.GetAsync(entry.ManifestHash, MostManifestBytes, holders, cancellation);
        if (manifestBytes is null) return (null, $"no reachable peer has the manifest {entry.ManifestHash}");
        var torrentBytes = await fetcher.GetAsync(entry.MetainfoHash, entry.MetainfoBytes, holders, cancellation);
        if (torrentBytes is null) return (null, $"no reachable peer has the .torrent {entry.MetainfoHash}");
        return Check(entry, manifestBytes, torrentBytes);
    }

    /// <summary>Parses and compares; null and the reason when anything disagrees.</summary>
    public static (ModelContent? Content, string Problem) Check(Entry entry, byte[] manifestBytes, byte[] torrentBytes)
    {
        var parsed = Metainfo.Parse(torrentBytes);
        if (parsed.Metainfo is not { } metainfo) return (null,
            $"the .torrent of {entry.Model} is refused: {parsed.Reason}");
        var read = Manifest.Parse(manifestBytes);
        if (read.Manifest is not { } manifest) return (null,
            $"the manifest of {entry.Model} is refused: {read.Reason}");
        return EntryCheck.Fault(entry, metainfo, manifest) is { } fault
            ? (null, $"what was fetched of {entry.Model} is refused: {fault}")
            : (new ModelContent(entry, manifest, metainfo), "");
    }
}
