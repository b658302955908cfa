using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Replication;

/// <summary>A folder whose changes tell of files in place.</summary>
/// <param name="Path">Absolute.</param>
/// <param name="Name">Only this name in it, being a folder with files; empty: every name.</param>
/// <param name="WithAllBelow">With the folders in it.</param>
internal sealed record WatchedFolder(string Path, string Name, bool WithAllBelow);

/// <summary>Which folders tell of changes to files in place.</summary>
internal static class WatchedFolders
{
    // Each takes one of the 128 inotify instances that a user has.
    private const int Most = 32;

    /// <summary>The folders; those over the limit are left out.</summary>
    public static HashSet<WatchedFolder> Of(IEnumerable<LocalModel> locals) =>
        [.. locals.SelectMany(Of).Distinct().Take(Most)];

    private static IEnumerable<WatchedFolder> Of(LocalModel local)
    {
        var folder = local.Key.Folder;
        // Below a folder that a single file lies in there may be a whole disk.
        yield return new WatchedFolder(
            folder, "", local.Files.Any(file => file.Path.Contains('/', StringComparison.Ordinal)));
        if (Path.GetDirectoryName(folder) is { } parent)
            yield return new WatchedFolder(parent, Path.GetFileName(folder), WithAllBelow: false);
        foreach (var file in local.Files)
            if (TargetFolder(Path.Combine(folder, file.Path)) is { } target)
                yield return new WatchedFolder(target, "", WithAllBelow: false);
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
