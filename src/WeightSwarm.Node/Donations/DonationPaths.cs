using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Donations;

/// <summary>Compares folders by where they really are.</summary>
internal static class DonationPaths
{
    /// <summary>The path with its links resolved, as far as it exists; the rest as written.</summary>
    internal static string Resolve(string path)
    {
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var existing = NearestExisting(full);
        var rest = Path.GetRelativePath(existing, full);
        return rest == "." ? Posix.RealPath(existing) : Path.Combine(Posix.RealPath(existing), rest);
    }

    /// <summary>The path itself, or the lowest folder above it that is there.</summary>
    internal static string NearestExisting(string path)
    {
        var at = path;
        while (!Path.Exists(at)) at = Path.GetDirectoryName(at) ?? "/";
        return at;
    }

    /// <summary>Whether a path is a folder, or lies somewhere in it.</summary>
    internal static bool IsWithin(string path, string folder) =>
        path == folder || folder == "/" || path.StartsWith(folder + "/", StringComparison.Ordinal);
}
