using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Weights;

namespace WeightSwarm.Node.Scrub;

/// <summary>
/// A look at the sizes of a model's files, one call for each: which held pieces have no bytes. Reads none of them.
/// </summary>
public static class FileLook
{
    /// <summary>One finding for each slice with such pieces, in their order.</summary>
    public static IReadOnlyList<SliceFinding> Absent(HeldModel model, IScrubReader reader)
    {
        var entry = model.Content.Entry;
        return
        [
            .. model.Content.Metainfo.Files.Where(file => file.Pieces > 0)
                .SelectMany(file => Absent(model, file, reader))
                .GroupBy(bad => entry.SliceOf(bad.Piece))
                .Select(slice => new SliceFinding(model.Key, slice.Key, [.. slice], IsWhole: false)),
        ];
    }

    private static IEnumerable<BadPiece> Absent(HeldModel model, MetainfoFile file, IScrubReader reader)
    {
        var (entry, pieceLength) = (model.Content.Entry, model.Content.Metainfo.PieceLength);
        var first = entry.SliceOf(file.FirstPiece);
        var last = entry.SliceOf(file.FirstPiece + file.Pieces - 1);
        if (!Enumerable.Range(first, last - first + 1).Any(model.Held.Contains)) yield break;
        var path = Path.Combine(model.Root, file.Path);
        if (Fault(reader, path, model.InPlace) is not var (fault, bytes, what)) yield break;
        for (var piece = 0; piece < file.Pieces; piece++)
        {
            var number = file.FirstPiece + piece;
            if (!model.Held.Contains(entry.SliceOf(number))) continue;
            if (bytes >= Math.Min(file.Bytes, (piece + 1) * pieceLength)) continue;
            yield return new BadPiece(
                number, fault, file.Path, FormattableString.Invariant($"{path} {what} (piece {number})"));
        }
    }

    private static (PieceFault Fault, long Bytes, string What)? Fault(
        IScrubReader reader, string path, bool followLinks)
    {
        try
        {
            var (content, bytes) = reader.Look(path, followLinks);
            return content switch
            {
                PathContent.Nothing => (PieceFault.Missing, 0, "is not there"),
                PathContent.Other => (PieceFault.NotAFile, 0, "is not a regular file"),
                _ => (PieceFault.Cut, bytes, FormattableString.Invariant($"ends after {bytes} bytes")),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var fault = e is IOException io && DiskFaults.IsDiskError(io) ? PieceFault.Unreadable : PieceFault.Refused;
            return (fault, 0, $"cannot be read: {e.Message}");
        }
    }
}
