using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;
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

    /// <summary>What the files were when they were hashed.</summary>
    public static ImmutableArray<Store.FileStamp> Stamps(ImmutableArray<ScannedFile> files) =>
        [.. files.Select(f => new Store.FileStamp(f.Path, f.Bytes, f.Stamp.ModifiedNs, f.Stamp.Inode))];

    /// <summary>What has become of them since, in words; null while they are the same.</summary>
    public static string? Change(LocalModel local)
    {
        foreach (var file in local.Files)
        {
            var path = Path.Combine(local.Key.Folder, file.Path);
            if (Weights.FileStamp.Of(path) is not { } now) return $"{path} is gone";
            if (now.Bytes != file.Bytes) return $"{path} has {now.Bytes} bytes, it had {file.Bytes}";
            if (now.ModifiedNs != file.ModifiedNs || now.Inode != file.Inode) return $"{path} was changed or replaced";
        }
        return null;
    }
}
