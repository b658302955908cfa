using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Weights;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// Serving an owner's files where they are: a link under the state folder gives them the torrent's name, and stamps
/// tell whether they are still what was hashed. Nothing here, or in the engine, ever writes to them.
/// </summary>
internal static class InPlaceFolder
{
    /// <summary>The save folder of a model that is served in place.</summary>
    public static string Of(StateFolder state, Hash256 model) =>
        Path.Combine(state.FolderPath, "in-place", model.ToString());

    /// <summary>The same while some of the files have changed.</summary>
    public static string OfUnchanged(StateFolder state, Hash256 model) => Path.Combine(Of(state, model), "unchanged");

    /// <summary>Makes the link; one that leads elsewhere is replaced.</summary>
    public static void Link(Metainfo metainfo, string ownersFolder, string saveFolder)
    {
        Directory.CreateDirectory(saveFolder);
        var link = Path.Combine(saveFolder, metainfo.Name);
        if (new DirectoryInfo(link).LinkTarget is { } target)
        {
            if (target == ownersFolder) return;
            File.Delete(link);
        }
        Directory.CreateSymbolicLink(link, ownersFolder);
    }

    /// <summary>
    /// Makes a folder of links to those files that have not changed: an engine that makes a missing file, or cuts one
    /// that is too long, then does so in there, and never at the owner's.
    /// </summary>
    public static void LinkUnchanged(
        Metainfo metainfo, string ownersFolder, string saveFolder, IEnumerable<FileChange> changes)
    {
        // Of a link, the link is deleted, never what it leads to.
        if (Directory.Exists(saveFolder)) Directory.Delete(saveFolder, recursive: true);
        var changed = changes.Select(change => change.Path).ToHashSet(StringComparer.Ordinal);
        foreach (var file in metainfo.Files.Where(file => file.Bytes > 0 && !changed.Contains(file.Path)))
        {
            var link = Path.Combine(saveFolder, metainfo.Name, file.Path);
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            File.CreateSymbolicLink(link, Path.Combine(ownersFolder, file.Path));
        }
    }

    /// <summary>What the files were when they were hashed.</summary>
    public static ImmutableArray<Store.FileStamp> Stamps(ImmutableArray<ScannedFile> files) =>
        [.. files.Select(f => new Store.FileStamp(f.Path, f.Bytes, f.Stamp.ModifiedNs, f.Stamp.Inode))];

    /// <summary>The model's files that are there now, and what they are.</summary>
    public static ImmutableArray<Store.FileStamp> StampsNow(Manifest manifest, string folder) =>
    [
        .. manifest.Files.Select(f => (f.Path, Stamp: Weights.FileStamp.Of(Path.Combine(folder, f.Path))))
            .Where(f => f.Stamp is { Kind: Weights.FileKind.Regular })
            .Select(f =>
                new Store.FileStamp(f.Path, f.Stamp!.Value.Bytes, f.Stamp.Value.ModifiedNs, f.Stamp.Value.Inode)),
    ];

    /// <summary>Where the link of a model leads; null when there is none.</summary>
    public static string? OwnersFolder(string saveFolder) =>
        Directory.EnumerateFileSystemEntries(saveFolder).Select(e => new DirectoryInfo(e).LinkTarget)
            .FirstOrDefault(target => target is not null);

    /// <summary>Which files are no longer what they were; none while all are the same.</summary>
    public static ImmutableArray<FileChange> Changes(string folder, ImmutableArray<Store.FileStamp> files) =>
        [.. files.Select(file => Change(folder, file)).OfType<FileChange>()];

    private static FileChange? Change(string folder, Store.FileStamp file)
    {
        var path = Path.Combine(folder, file.Path);
        if (Weights.FileStamp.Of(path) is not { } now) return new FileChange(file.Path, $"{path} is gone");
        if (now.Bytes != file.Bytes)
            return new FileChange(file.Path, $"{path} has {now.Bytes} bytes, it had {file.Bytes}");
        return now.ModifiedNs != file.ModifiedNs || now.Inode != file.Inode
            ? new FileChange(file.Path, $"{path} was changed or replaced")
            : null;
    }
}

/// <summary>A file that is not what was hashed any more.</summary>
/// <param name="Path">Relative to the owner's folder.</param>
/// <param name="Reason">What has become of it, with its whole path.</param>
internal sealed record FileChange(string Path, string Reason);
