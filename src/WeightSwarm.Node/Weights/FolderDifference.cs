using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Weights;

/// <summary>In what a folder differs from a catalogued model, file by file.</summary>
internal static class FolderDifference
{
    private const int MostNamed = 5;

    /// <summary>By names and sizes alone; nothing is read.</summary>
    public static IReadOnlyList<string> Of(Manifest manifest, FolderScanResult scan) =>
        Of(manifest, scan.Files.Select(file => (file.Path, file.Bytes, (Hash256?)null)));

    /// <summary>By names, sizes and content.</summary>
    public static IReadOnlyList<string> Of(Manifest manifest, Manifest found) =>
        Of(manifest, found.Files.Select(file => (file.Path, file.Bytes, (Hash256?)file.Sha256)));

    /// <summary>The first few in one sentence.</summary>
    public static string Text(IReadOnlyList<string> differences)
    {
        var more = differences.Count > MostNamed ? $", and {differences.Count - MostNamed} more" : "";
        return string.Join(", ", differences.Take(MostNamed)) + more;
    }

    private static List<string> Of(Manifest manifest, IEnumerable<(string Path, long Bytes, Hash256? Sha256)> found)
    {
        var left = found.ToDictionary(file => file.Path, StringComparer.Ordinal);
        var differences = new List<string>();
        foreach (var file in manifest.Files)
        {
            if (!left.Remove(file.Path, out var here)) differences.Add($"'{file.Path}' is missing");
            else if (here.Bytes != file.Bytes)
                differences.Add($"'{file.Path}' has {here.Bytes} bytes, not {file.Bytes}");
            else if (here.Sha256 is { } sha256 && sha256 != file.Sha256)
                differences.Add($"'{file.Path}' has SHA-256 {sha256}, not {file.Sha256}");
        }
        differences.AddRange(left.Keys.Order(StringComparer.Ordinal).Select(path => $"'{path}' is no part of it"));
        return differences;
    }
}
