using System.Collections;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Weights;

/// <summary>
/// The hidden folder inside the target in which a restore is put together: the files as the engine writes them, which
/// pieces of them are verified, and a lock. It outlives a failure, so that the next try goes on from there.
/// </summary>
internal sealed class RestoreStaging : IDisposable
{
    private const UnixFileMode Mode0640 = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;

    private readonly Entry _entry;
    private readonly string _target;
    private readonly bool _targetIsOurs;
    private readonly FileStream _lock;

    private RestoreStaging(Entry entry, string target, bool targetIsOurs, FileStream held) =>
        (_entry, _target, _targetIsOurs, _lock) = (entry, target, targetIsOurs, held);

    /// <summary>The whole folder.</summary>
    public string Folder => FolderOf(_entry, _target);

    /// <summary>The engine's save folder.</summary>
    public string Files => Path.Combine(Folder, "files");

    private string PiecesPath => Path.Combine(Folder, "pieces");

    /// <summary>Where a model is put together for a target.</summary>
    public static string FolderOf(Entry entry, string target) =>
        Path.Combine(target, $".weightswarm-{entry.ModelId.ToString()[..16]}");

    /// <summary>Makes the folder and takes its lock, which the kernel frees with the process.</summary>
    /// <exception cref="ControlException">It cannot be written, is full, or another restore works in it.</exception>
    public static RestoreStaging Open(Entry entry, string target)
    {
        try
        {
            var targetIsOurs = !Directory.Exists(target);
            while (true)
            {
                Directory.CreateDirectory(Path.Combine(FolderOf(entry, target), "files"));
                var path = Path.Combine(FolderOf(entry, target), "lock");
                var held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
                // Who had the lock may have removed the folder meanwhile: a lock without a name locks nobody out.
                if (FileStamp.Of(path)?.Inode == FileStamp.Of(held.SafeFileHandle).Inode)
                    return new RestoreStaging(entry, target, targetIsOurs, held);
                held.Dispose();
            }
        }
        catch (IOException e) when (DiskFaults.IsLocked(e))
        {
            throw new ControlException(
                ControlExit.Refused, "busy",
                $"another restore of {entry.Model} into {target} is running; wait for it, or name another folder");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && !DiskFaults.IsNoSpace(e))
        {
            throw new ControlException(
                ControlExit.Failure, "not-writable",
                $"{target} cannot be written by the daemon: {e.Message}; name a folder that it may write");
        }
    }

    /// <summary>Bytes that the staged files take on their volume.</summary>
    public long BlockBytes() => Directory.EnumerateFiles(Files, "*", SearchOption.AllDirectories)
        .Sum(f => FileFacts.Of(f)?.BlockBytes ?? 0);

    /// <summary>
    /// Pieces of an earlier run that were verified and whose files are still long enough for them; null when there is
    /// no record that can be read, and the files are to be hashed.
    /// </summary>
    public bool[]? LoadVerified(Metainfo metainfo)
    {
        if (!File.Exists(PiecesPath)) return null;
        var bytes = File.ReadAllBytes(PiecesPath);
        var (model, sum) = (_entry.ModelId.ToArray(), Hash256.Size);
        if (bytes.Length != sum + (metainfo.Pieces + 7) / 8 + sum) return null;
        if (!bytes.AsSpan(0, sum).SequenceEqual(model)) return null;
        if (Hash256.Of(bytes.AsSpan(..^sum)) != new Hash256(bytes.AsSpan(bytes.Length - sum))) return null;
        var bits = new BitArray(bytes[sum..^sum]);
        var verified = new bool[metainfo.Pieces];
        foreach (var file in metainfo.Files)
        {
            var length = FileStamp.Of(Path.Combine(Files, metainfo.Name, file.Path))?.Bytes ?? 0;
            for (var n = 0; n < file.Pieces; n++)
            {
                var end = Math.Min(file.Bytes, (n + 1) * metainfo.PieceLength);
                verified[file.FirstPiece + n] = bits[file.FirstPiece + n] && end <= length;
            }
        }
        return verified;
    }

    /// <summary>Keeps which pieces are verified; the caller has flushed them to their files before.</summary>
    /// <exception cref="IOException">The disk is full or faulty.</exception>
    public void SaveVerified(bool[] verified)
    {
        var bits = new byte[(verified.Length + 7) / 8];
        new BitArray(verified).CopyTo(bits, 0);
        byte[] body = [.. _entry.ModelId.ToArray(), .. bits];
        AtomicFile.Write(PiecesPath, [.. body, .. Hash256.Of(body).ToArray()], Mode0640, replace: true);
    }

    /// <summary>The files are to be hashed before anything of them counts.</summary>
    public void ForgetVerified() => File.Delete(PiecesPath);

    /// <summary>Removes the folder: everything in it was published.</summary>
    public void Delete() => Directory.Delete(Folder, recursive: true);

    /// <summary>Gives the lock back, and takes away what holds nothing.</summary>
    public void Dispose()
    {
        try
        {
            if (Directory.Exists(Folder) && !File.Exists(PiecesPath) && BlockBytes() == 0) Delete();
            if (_targetIsOurs && !Directory.EnumerateFileSystemEntries(_target).Any()) Directory.Delete(_target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // An empty folder more on a disk that does not let itself be tidied: the restore's own end says why.
        }
        _lock.Dispose();
    }
}
