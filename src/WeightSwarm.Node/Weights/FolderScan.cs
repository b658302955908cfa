using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Weights;

/// <summary>One file that was found.</summary>
/// <param name="Path">Relative to the scanned folder, '/' between segments; passes <see cref="ModelPath"/>.</param>
/// <param name="FullPath">Absolute.</param>
/// <param name="Stamp">What it was when it was found, symbolic links followed.</param>
public sealed record ScannedFile(string Path, string FullPath, FileStamp Stamp)
{
    /// <summary>Size.</summary>
    public long Bytes => Stamp.Bytes;
}

/// <summary>How a scan ended.</summary>
public enum ScanOutcome
{
    /// <summary>Every file is listed.</summary>
    Complete,
    /// <summary>There is nothing at the path.</summary>
    Missing,
    /// <summary>The folder, or something in it, cannot be read.</summary>
    Unreadable,
    /// <summary>There are no files, or no bytes in them.</summary>
    Empty,
    /// <summary>Something in the folder cannot be part of a model: a device, a bad name, a link to nowhere.</summary>
    Unsuitable,
}

/// <summary>What a scan found.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Names the path, what is wrong with it and the remedy; empty for a complete scan.</param>
/// <param name="Root">Absolute folder that the relative paths start from.</param>
/// <param name="Files">The files in torrent order; empty unless complete.</param>
/// <param name="Skipped">Folders of tools (.git, .cache/huggingface) that are no part of a model, relative.</param>
public sealed record FolderScanResult(
    ScanOutcome Outcome, string Reason, string Root, ImmutableArray<ScannedFile> Files, ImmutableArray<string> Skipped)
{
    /// <summary>Sum of all files.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);
}

/// <summary>
/// Lists the files of a model. Links to regular files are followed (the caches of hubs consist of them); links to
/// folders are not. Every file is opened once, so that no missing right shows up only after hours of hashing.
/// </summary>
public sealed class FolderScan
{
    private readonly string _root;
    private readonly List<ScannedFile> _files = [];
    private readonly List<string> _skipped = [];
    private (ScanOutcome Outcome, string Reason)? _fault;

    private FolderScan(string root) => _root = root;

    /// <summary>Scans a folder, or takes a single file, whose folder then is the root.</summary>
    public static FolderScanResult Run(string path, CancellationToken cancellation = default)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        if (LinuxFiles.Stat(full, followLinks: true, out var error) is not { } stamp)
            return Failed(full, Denied(error, full));
        if (stamp.Kind == FileKind.Folder) return new FolderScan(full).Folder(cancellation);
        var name = System.IO.Path.GetFileName(full);
        var scan = new FolderScan(System.IO.Path.GetDirectoryName(full) ?? "/");
        scan.Entry(full, name);
        return scan.Result();
    }

    private FolderScanResult Folder(CancellationToken cancellation)
    {
        var waiting = new Stack<string>([""]);
        while (_fault is null && waiting.TryPop(out var folder))
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (var name in Names(folder))
            {
                var path = folder.Length == 0 ? name : $"{folder}/{name}";
                if (Entry(System.IO.Path.Combine(_root, path), path)) waiting.Push(path);
                if (_fault is not null) break;
            }
        }
        return Result();
    }

    private string[] Names(string folder)
    {
        var full = System.IO.Path.Combine(_root, folder);
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(full).Select(entry => System.IO.Path.GetFileName(entry))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _fault = (ScanOutcome.Unreadable, $"the folder '{full}' cannot be read: {e.Message}");
            return [];
        }
    }

    /// <summary>Takes one name in; true for a folder that is to be listed.</summary>
    private bool Entry(string full, string path)
    {
        if (ModelPath.Fault(path) is { } fault)
            return Unsuitable($"the name '{Printable(path)}' {fault}; rename it");
        if (LinuxFiles.Stat(full, followLinks: false, out var error) is not { } own)
            return Fault(Denied(error, full));
        if (LinuxFiles.Stat(full, followLinks: true, out error) is not { } stamp)
            return own.Kind == FileKind.SymbolicLink
                ? Unsuitable($"'{full}' is a symbolic link that leads nowhere; restore its target or delete it")
                : Fault(Denied(error, full));
        if (stamp.Kind == FileKind.Regular) return File(full, path, stamp);
        if (stamp.Kind == FileKind.Special)
            return Unsuitable($"'{full}' is a device, socket or pipe, not a file; move it out of the folder");
        if (own.Kind == FileKind.SymbolicLink)
            return Unsuitable($"'{full}' is a symbolic link to a folder; put the folder itself in its place");
        if (path is not (".git" or ".cache/huggingface")) return true;
        _skipped.Add(path);
        return false;
    }

    private bool File(string full, string path, FileStamp stamp)
    {
        if (_files.Count == Metainfo.MostFiles)
            return Unsuitable($"'{_root}' has more than {Metainfo.MostFiles} files; pack some of them together");
        try
        {
            WeightFile.Open(full).Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Fault((ScanOutcome.Unreadable, $"the file '{full}' cannot be read: {e.Message}"));
        }
        _files.Add(new ScannedFile(path, full, stamp));
        return false;
    }

    private FolderScanResult Result()
    {
        _files.Sort((a, b) => ModelPath.Compare(a.Path, b.Path));
        if (_fault is null && _files.Count == 0) _fault = (ScanOutcome.Empty, $"there is no file in '{_root}'");
        if (_fault is null && _files.All(file => file.Bytes == 0))
            _fault = (ScanOutcome.Empty, $"there is not one byte in the {_files.Count} files of '{_root}'");
        var paths = new PathSet();
        foreach (var file in _files)
            if (_fault is null && paths.Add(file.Path) is { } collision)
                Unsuitable($"in '{_root}' {collision}; rename one of them");
        return _fault is { } fault
            ? Failed(_root, fault)
            : new FolderScanResult(ScanOutcome.Complete, "", _root, [.. _files], [.. _skipped]);
    }

    private bool Unsuitable(string reason) => Fault((ScanOutcome.Unsuitable, reason));

    private bool Fault((ScanOutcome, string) fault)
    {
        _fault ??= fault;
        return false;
    }

    private static (ScanOutcome, string) Denied(int error, string full) => error == LinuxFiles.NotFound
        ? (ScanOutcome.Missing, $"there is nothing at '{full}'; check the path")
        : (ScanOutcome.Unreadable, $"'{full}' cannot be read: {LinuxFiles.Describe(error)}");

    private static FolderScanResult Failed(string root, (ScanOutcome Outcome, string Reason) fault) =>
        new(fault.Outcome, fault.Reason, root, [], []);

    private static string Printable(string path) =>
        new([.. path.Select(c => char.IsControl(c) ? '?' : c)]);
}
