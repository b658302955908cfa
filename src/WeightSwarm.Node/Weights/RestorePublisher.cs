using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Weights;

/// <summary>How publishing ended.</summary>
public enum PublishOutcome
{
    /// <summary>Every file stands in the target folder under its own name, flushed to the disk.</summary>
    Complete,
    /// <summary>
    /// Something with the name of a file, or a file in place of a folder, is there already. Nothing was changed.
    /// </summary>
    Collision,
    /// <summary>A staged file is missing, has another size or is no regular file. Nothing was changed.</summary>
    NotStaged,
    /// <summary>Staging and target folder lie on different volumes. Nothing was changed.</summary>
    OtherVolume,
    /// <summary>The disk refused; what had been moved was moved back.</summary>
    Failed,
    /// <summary>The volume is full; what had been moved was moved back.</summary>
    NoSpace,
}

/// <summary>How publishing ended, and why.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Names the path, what is wrong and the remedy; empty when complete.</param>
public sealed record PublishResult(PublishOutcome Outcome, string Reason);

/// <summary>
/// Moves verified files from a staging folder into the folder that the user asked for. It never replaces anything: all
/// names are looked at first, and every rename itself refuses to replace (renameat2(2) with RENAME_NOREPLACE).
/// </summary>
public sealed class RestorePublisher
{
    private readonly string _staging;
    private readonly string _target;
    private readonly ImmutableArray<ManifestFile> _files;
    private readonly SortedSet<string> _folders = new(StringComparer.Ordinal);
    private readonly List<string> _moved = [];
    private readonly List<string> _created = [];

    private RestorePublisher(string staging, string target, ImmutableArray<ManifestFile> files)
    {
        _staging = staging;
        _target = target;
        _files = files;
    }

    /// <summary>Publishes files of a manifest; empty files need not be staged.</summary>
    /// <param name="stagingFolder">Has the files under their relative paths; the caller verified them.</param>
    /// <param name="targetFolder">Is created if it is not there; on the volume of the staging folder.</param>
    /// <param name="files">Which files.</param>
    public static PublishResult Publish(
        string stagingFolder, string targetFolder, ImmutableArray<ManifestFile> files) =>
        new RestorePublisher(Path.GetFullPath(stagingFolder), Path.GetFullPath(targetFolder), files).Run();

    private PublishResult Run()
    {
        if (StagingFault() is { } notStaged) return new PublishResult(PublishOutcome.NotStaged, notStaged);
        if (Collision() is { } collision) return new PublishResult(PublishOutcome.Collision, collision);
        try
        {
            foreach (var file in _files) Stage(file);
            Create(_target);
            foreach (var folder in _folders) Create(Path.Combine(_target, folder));
            foreach (var file in _files)
                if (Move(file) is { } fault)
                    return TakeBack(fault);
            foreach (var folder in _folders.Reverse()) Durable.FlushFolder(Path.Combine(_target, folder));
            Durable.FlushFolder(_target);
            foreach (var folder in _created) Durable.FlushFolder(Path.GetDirectoryName(folder) ?? "/");
            return new PublishResult(PublishOutcome.Complete, "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return TakeBack(new PublishResult(
                DiskFaults.IsNoSpace(e) ? PublishOutcome.NoSpace : PublishOutcome.Failed,
                $"'{_target}' cannot be written: {e.Message}"));
        }
    }

    private string? StagingFault()
    {
        foreach (var file in _files)
        {
            var path = Path.Combine(_staging, file.Path);
            var stamp = LinuxFiles.Stat(path, followLinks: false, out var error);
            if (stamp is null && error == LinuxFiles.NotFound && file.Bytes == 0) continue;
            if (stamp is null) return $"'{path}' is not there: {LinuxFiles.Describe(error)}; fetch it again";
            if (stamp.Value.Kind != FileKind.Regular)
                return $"'{path}' is not a regular file; remove it and fetch it again";
            if (stamp.Value.Bytes != file.Bytes)
                return $"'{path}' has {stamp.Value.Bytes} bytes, not {file.Bytes}; fetch it again";
        }
        return null;
    }

    private string? Collision()
    {
        if (FileStamp.Of(_target) is { Kind: not FileKind.Folder })
            return $"'{_target}' is not a folder; name another one";
        foreach (var file in _files)
        {
            for (var slash = file.Path.IndexOf('/'); slash >= 0; slash = file.Path.IndexOf('/', slash + 1))
                _folders.Add(file.Path[..slash]);
            if (Kind(file.Path) is not null)
                return $"'{Path.Combine(_target, file.Path)}' is there already and is not replaced; "
                    + "move it away or restore into an empty folder";
        }
        foreach (var folder in _folders)
            if (Kind(folder) is not (null or FileKind.Folder))
                return $"'{Path.Combine(_target, folder)}' is not a folder, and the model has one of that name; "
                    + "move it away";
        return null;
    }

    private FileKind? Kind(string path) =>
        LinuxFiles.Stat(Path.Combine(_target, path), followLinks: false, out _)?.Kind;

    // Bytes first, names afterwards: a name that survives a power cut has its bytes.
    private void Stage(ManifestFile file)
    {
        var path = Path.Combine(_staging, file.Path);
        if (file.Bytes == 0 && !File.Exists(path))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Create(path).Dispose();
        }
        Durable.FlushFile(path);
    }

    private void Create(string folder)
    {
        if (Directory.Exists(folder)) return;
        if (Path.GetDirectoryName(folder) is { } parent) Create(parent);
        Directory.CreateDirectory(folder);
        _created.Add(folder);
    }

    private PublishResult? Move(ManifestFile file)
    {
        var (from, to) = (Path.Combine(_staging, file.Path), Path.Combine(_target, file.Path));
        var error = LinuxFiles.RenameNoReplace(from, to);
        if (error is LinuxFiles.Invalid or LinuxFiles.NotImplemented) error = MoveByLink(from, to);
        switch (error)
        {
            case 0:
                _moved.Add(file.Path);
                return null;
            case LinuxFiles.Exists:
                return new PublishResult(
                    PublishOutcome.Collision, $"'{to}' is there already and is not replaced; move it away");
            case LinuxFiles.OtherVolume:
                return new PublishResult(
                    PublishOutcome.OtherVolume,
                    $"'{_staging}' and '{_target}' lie on different volumes; stage beside the target");
            default:
                return new PublishResult(PublishOutcome.Failed, $"'{to}' cannot be made: {LinuxFiles.Describe(error)}");
        }
    }

    // For filesystems whose rename cannot refuse to replace: link(2) refuses by itself.
    private static int MoveByLink(string from, string to)
    {
        var error = LinuxFiles.Link(from, to);
        if (error == 0) File.Delete(from);
        return error;
    }

    private PublishResult TakeBack(PublishResult result)
    {
        foreach (var path in Enumerable.Reverse(_moved))
        {
            var error = LinuxFiles.RenameNoReplace(Path.Combine(_target, path), Path.Combine(_staging, path));
            if (error != 0) return Stays(result, Path.Combine(_target, path), LinuxFiles.Describe(error));
        }
        foreach (var folder in Enumerable.Reverse(_created))
        {
            try
            {
                if (!Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return Stays(result, folder, e.Message);
            }
        }
        return result;
    }

    private static PublishResult Stays(PublishResult result, string path, string why) =>
        new(PublishOutcome.Failed, $"{result.Reason}; '{path}' stays where it is: {why}");
}
