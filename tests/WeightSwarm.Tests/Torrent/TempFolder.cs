namespace WeightSwarm.Tests.Torrent;

/// <summary>A folder for one test, which deletes it at its end.</summary>
internal sealed class TempFolder
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("weightswarm-torrent-");

    public string FullPath => _folder.FullName;

    public string Make(string name) => _folder.CreateSubdirectory(name).FullName;

    public void Delete() => _folder.Delete(recursive: true);

    /// <summary>Every file and folder below a folder, with length and time of change.</summary>
    public static string[] Snapshot(string folder) =>
        [.. new DirectoryInfo(folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Select(info => $"{Path.GetRelativePath(folder, info.FullName)} "
                + $"{(info is FileInfo file ? file.Length : -1)} {info.LastWriteTimeUtc.Ticks}")
            .Order(StringComparer.Ordinal)];
}
