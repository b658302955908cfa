namespace WeightSwarm.Core.Catalogue;

/// <summary>Compares what was fetched for an entry with the entry. Nothing is used before it has passed.</summary>
public static class EntryCheck
{
    /// <summary>Null when the .torrent is the entry's; else what differs.</summary>
    public static string? Fault(Entry entry, Metainfo metainfo)
    {
        if (metainfo.InfoHashV2 != entry.ModelId)
            return $"the .torrent has the info-hash {metainfo.InfoHashV2}, the entry {entry.ModelId}";
        if (!metainfo.IsHybrid) return "the .torrent is BitTorrent v2 alone, and entries are hybrids";
        if (!metainfo.InfoHashV1.AsSpan().SequenceEqual(entry.InfoHashV1.AsSpan()))
            return "the .torrent has another v1 info-hash than the entry";
        if (metainfo.PieceLength != entry.PieceLength || metainfo.Pieces != entry.Pieces)
            return $"the .torrent has {metainfo.Pieces} pieces of {metainfo.PieceLength} bytes, "
                + $"the entry {entry.Pieces} of {entry.PieceLength}";
        if (metainfo.Bytes != entry.Bytes || metainfo.Files.Length != entry.Files)
            return $"the .torrent has {metainfo.Files.Length} files and {metainfo.Bytes} bytes, "
                + $"the entry {entry.Files} and {entry.Bytes}";
        return SliceLayout.Fits(metainfo, entry.PiecesPerSlice, entry.SliceLeaves)
            ? null
            : $"the entry's slices of {entry.PiecesPerSlice} pieces do not fit the files of the .torrent";
    }

    /// <summary>Null when the manifest is the entry's and agrees with the .torrent; else what differs.</summary>
    public static string? Fault(Entry entry, Metainfo metainfo, Manifest manifest) =>
        manifest.Hash == entry.ManifestHash
            ? Fault(entry, metainfo) ?? manifest.Disagreement(metainfo)
            : $"the manifest has the hash {manifest.Hash}, the entry {entry.ManifestHash}";
}
