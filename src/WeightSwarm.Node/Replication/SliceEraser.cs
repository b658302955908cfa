using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// Deletes the bytes of slices that were given up and whose time in the trash is over. Called for nothing else.
/// <para>
/// A slice is a run of pieces and a piece lies in one file, but a file may belong to several slices. So released bytes
/// are not moved to another folder, which would mean copying them out of shared files: they rest where they lie, as a
/// state in the store, and stay as good for serving and for taking up again as they were. When their time is over, a
/// file in which nothing is kept any more is deleted, and of a shared file only the range is given back to the volume
/// (fallocate(2)). Pieces are multiples of 16 KiB, so that a range is whole blocks and no neighbour is touched.
/// </para>
/// </summary>
public static class SliceEraser
{
    /// <summary>Deletes the bytes of some slices; the torrent must not be in the engine.</summary>
    /// <param name="content">The model.</param>
    /// <param name="saveFolder">Where its own folder lies.</param>
    /// <param name="slices">What goes.</param>
    /// <param name="kept">What stays; nothing of it is touched.</param>
    /// <returns>Bytes that stay on the disk because the volume cannot give back parts of files.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static long Erase(ModelContent content, string saveFolder, SliceSet slices, SliceSet kept)
    {
        var (metainfo, entry) = (content.Metainfo, content.Entry);
        var root = Path.Combine(saveFolder, metainfo.Name);
        long left = 0;
        foreach (var file in metainfo.Files.Where(f => f.Pieces > 0))
        {
            var own = SliceFiles.SlicesOf(metainfo, entry, file.Path).ToList();
            if (!own.Any(slices.Contains)) continue;
            var path = Path.Combine(root, file.Path);
            if (!own.Any(kept.Contains)) File.Delete(path);
            else if (File.Exists(path))
                left += own.Where(s => slices.Contains(s) && !kept.Contains(s))
                    .Sum(slice => Punch(metainfo, entry, file, slice, path));
        }
        return left;
    }

    /// <summary>
    /// Removes the folder of a model of which nothing is kept: its own files, and the folders that are empty then. What
    /// else somebody put there stays.
    /// </summary>
    /// <returns>Whether the folder is gone.</returns>
    public static bool EraseAll(ModelContent content, string saveFolder)
    {
        var root = Path.Combine(saveFolder, content.Metainfo.Name);
        if (!Directory.Exists(saveFolder)) return true;
        foreach (var file in content.Metainfo.Files) File.Delete(Path.Combine(root, file.Path));
        // What the engine keeps of pieces that it fetched by halves.
        foreach (var parts in Directory.EnumerateFiles(saveFolder, ".*.parts")) File.Delete(parts);
        foreach (var folder in Directory.Exists(root)
            ? Directory.EnumerateDirectories(root, "*", SearchOption.AllDirectories)
                .OrderByDescending(f => f.Length).Append(root)
            : [])
            DeleteIfEmpty(folder);
        DeleteIfEmpty(saveFolder);
        return !Directory.Exists(saveFolder);
    }

    private static long Punch(Metainfo metainfo, Entry entry, MetainfoFile file, int slice, string path)
    {
        var (first, count) = entry.PiecesOf(slice);
        var from = Math.Max(0, first - file.FirstPiece) * metainfo.PieceLength;
        var to = Math.Min(file.Pieces, first + count - file.FirstPiece) * metainfo.PieceLength;
        if (to <= from) return 0;
        return Posix.PunchHole(path, from, to - from) ? 0 : Math.Min(to, file.Bytes) - from;
    }

    private static void DeleteIfEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }
}
