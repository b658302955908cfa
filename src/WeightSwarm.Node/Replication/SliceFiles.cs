using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Weights;

namespace WeightSwarm.Node.Replication;

/// <summary>Which files of a model a slice lies in. Files begin on piece boundaries, so each piece is in one
/// file.</summary>
internal static class SliceFiles
{
    /// <summary>
    /// Brings a slice's files, and the folders that name them, to the disk for good: what was written before this call
    /// survives a power cut after it.
    /// </summary>
    /// <exception cref="IOException">A file is missing, or the disk is faulty.</exception>
    public static void Sync(Metainfo metainfo, Entry entry, int slice, string saveFolder)
    {
        var root = Path.Combine(saveFolder, metainfo.Name);
        var folders = new SortedSet<string>(StringComparer.Ordinal) { saveFolder, root };
        foreach (var file in FilesOf(metainfo, entry, slice))
        {
            var path = Path.Combine(root, file.Path);
            Durable.FlushFile(path);
            for (var folder = Path.GetDirectoryName(path)!; folders.Add(folder) && folder.Length > root.Length;)
                folder = Path.GetDirectoryName(folder)!;
        }
        foreach (var folder in folders) Durable.FlushFolder(folder);
    }

    /// <summary>The slices that a file is part of; all of them when the path is none of the model's files.</summary>
    public static IEnumerable<int> SlicesOf(Metainfo metainfo, Entry entry, string path, string saveFolder)
    {
        var relative = Path.GetRelativePath(Path.Combine(saveFolder, metainfo.Name), path);
        var file = metainfo.Files.FirstOrDefault(f => f.Path == relative)
            ?? metainfo.Files.OrderByDescending(f => f.Path.Length)
                .FirstOrDefault(f => path.EndsWith("/" + f.Path, StringComparison.Ordinal));
        return SlicesOf(metainfo, entry, file?.Path ?? "");
    }

    /// <summary>As the other, for a path relative to the model's folder.</summary>
    public static IEnumerable<int> SlicesOf(Metainfo metainfo, Entry entry, string relativePath)
    {
        var file = metainfo.Files.FirstOrDefault(f => f.Path == relativePath);
        if (file is null) return Enumerable.Range(0, entry.Slices);
        if (file.Pieces == 0) return [];
        var first = entry.SliceOf(file.FirstPiece);
        return Enumerable.Range(first, entry.SliceOf(file.FirstPiece + file.Pieces - 1) - first + 1);
    }

    private static IEnumerable<MetainfoFile> FilesOf(Metainfo metainfo, Entry entry, int slice)
    {
        var (first, count) = entry.PiecesOf(slice);
        for (var index = metainfo.FileOf(first); index < metainfo.Files.Length; index++)
        {
            var file = metainfo.Files[index];
            if (file.FirstPiece >= first + count) yield break;
            if (file.Pieces > 0) yield return file;
        }
    }
}
