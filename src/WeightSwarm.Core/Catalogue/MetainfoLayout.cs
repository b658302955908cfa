using System.Collections.Immutable;

namespace WeightSwarm.Core.Catalogue;

/// <summary>
/// Where files lie in pieces and in the padded space of v1 (BEP 52: every file begins a piece; BEP 47).
/// </summary>
internal static class MetainfoLayout
{
    /// <summary>Places files in the order given; without padding bytes.</summary>
    public static ImmutableArray<MetainfoFile> Place(
        IEnumerable<(string Path, long Bytes, Hash256 Root)> files, long pieceLength, out long pieces)
    {
        pieces = 0;
        var placed = ImmutableArray.CreateBuilder<MetainfoFile>();
        foreach (var (path, bytes, root) in files)
        {
            var count = PieceLength.Count(bytes, pieceLength);
            // Beyond the limit the caller refuses the torrent; until then the numbers only must not overflow.
            var first = Math.Min(pieces, Metainfo.MostPieces);
            count = Math.Min(count, Metainfo.MostPieces + 1);
            placed.Add(new MetainfoFile(path, bytes, root, first * pieceLength, 0, (int)first, (int)count));
            pieces += count;
        }
        return placed.DrainToImmutable();
    }

    /// <summary>
    /// Adds the padding bytes: as libtorrent since 2.0.8 and BEP 52 say, behind every file, the last one too, unless
    /// the torrent has but one file.
    /// </summary>
    public static ImmutableArray<MetainfoFile> Padded(
        ImmutableArray<MetainfoFile> files, long pieceLength, bool several) =>
        several ? [.. files.Select(file => file with { PadBytes = file.Pieces * pieceLength - file.Bytes })] : files;

    /// <summary>Takes the padding behind the last file off.</summary>
    public static ImmutableArray<MetainfoFile> WithoutTail(ImmutableArray<MetainfoFile> files) =>
        files.SetItem(files.Length - 1, files[^1] with { PadBytes = 0 });
}
