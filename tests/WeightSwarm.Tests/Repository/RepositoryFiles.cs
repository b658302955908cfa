using System.Text.RegularExpressions;

namespace WeightSwarm.Tests.Repository;

/// <summary>The files of this repository, without what builds leave behind.</summary>
internal static class RepositoryFiles
{
    /// <summary>Absolute path of the repository.</summary>
    public static string Root { get; } = FindRoot();

    private static readonly Lazy<string[]> _all =
        new(() => [.. Walk(new DirectoryInfo(Root)).Order(StringComparer.Ordinal)]);

    /// <summary>All files, as paths relative to the repository with '/' between segments.</summary>
    public static IReadOnlyList<string> All => _all.Value;

    /// <summary>Those below a folder whose names end so.</summary>
    public static IEnumerable<string> Below(string folder, string ending) => All.Where(path =>
        path.StartsWith(folder + "/", StringComparison.Ordinal) && path.EndsWith(ending, StringComparison.Ordinal));

    public static string Absolute(string path) => Path.Combine(Root, path);

    public static string Text(string path) => File.ReadAllText(Absolute(path));

    public static string[] Lines(string path) => File.ReadAllLines(Absolute(path));

    /// <summary>Whether the owner may run it.</summary>
    public static bool IsExecutable(string path) =>
        File.GetUnixFileMode(Absolute(path)).HasFlag(UnixFileMode.UserExecute);

    /// <summary>"path:line: text" for every line of the files that matches.</summary>
    public static IEnumerable<string> Matches(IEnumerable<string> paths, Regex pattern) =>
        from path in paths
        from line in Lines(path).Select((text, index) => (Text: text, Number: index + 1))
        where pattern.IsMatch(line.Text)
        select $"{path}:{line.Number}: {line.Text.Trim()}";

    /// <summary>Fails with the reason and the list of what goes against it.</summary>
    public static void AssertNone(string reason, IEnumerable<string> findings)
    {
        var found = findings.ToArray();
        Assert.True(found.Length == 0, $"{reason}\n  {string.Join("\n  ", found)}");
    }

    private static IEnumerable<string> Walk(DirectoryInfo folder)
    {
        foreach (var file in folder.EnumerateFiles())
            if (file.LinkTarget is null) yield return Path.GetRelativePath(Root, file.FullName);
        foreach (var child in folder.EnumerateDirectories())
        {
            if (child.LinkTarget is not null || _ignored.Value.Contains(child.Name)) continue;
            foreach (var path in Walk(child)) yield return path;
        }
    }

    // The folders that .gitignore names, so that there is one list.
    private static readonly Lazy<HashSet<string>> _ignored = new(() =>
    [
        ".git",
        .. File.ReadLines(Path.Combine(Root, ".gitignore"))
            .Where(line => line.EndsWith('/')).Select(line => line.TrimEnd('/').TrimStart('/')),
    ]);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "WeightSwarm.sln")))
            folder = folder.Parent;
        return folder?.FullName
            ?? throw new InvalidOperationException($"no WeightSwarm.sln above {AppContext.BaseDirectory}");
    }
}
