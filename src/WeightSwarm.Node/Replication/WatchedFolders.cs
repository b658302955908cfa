using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Replication;

/// <summary>Which folders tell of changes to files in place.</summary>
internal static class WatchedFolders
{
    // Each takes one of the 128 inotify instances that a user has.
    private const int Most = 32;

    /// <summary>Each folder, and whether with all below it; those over the limit are left out.</summary>
    public static SortedDictionary<string, bool> Of(IEnumerable<LocalModel> locals)
    {
        var folders = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        foreach (var local in locals)
        {
            // Below a folder that a single file lies in there may be a whole disk.
            var nested = local.Files.Any(file => file.Path.Contains('/', StringComparison.Ordinal));
            Add(folders, local.Key.Folder, nested);
            foreach (var file in local.Files)
                if (TargetFolder(Path.Combine(local.Key.Folder, file.Path)) is { } target)
                    Add(folders, target, recursive: false);
        }
        return folders;
    }

    private static void Add(SortedDictionary<string, bool> folders, string folder, bool recursive)
    {
        if (folders.TryGetValue(folder, out var already)) folders[folder] = already || recursive;
        else if (folders.Count < Most) folders[folder] = recursive;
    }

    /// <summary>Where a link leads; null for a file that is none, or that is gone.</summary>
    private static string? TargetFolder(string path)
    {
        try
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName is { } target
                ? Path.GetDirectoryName(target)
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
