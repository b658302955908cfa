namespace WeightSwarm.Node.Store;

/// <summary>What a path is.</summary>
public enum FileKind
{
    /// <summary>A regular file.</summary>
    File,
    /// <summary>A folder.</summary>
    Folder,
    /// <summary>A symbolic link.</summary>
    Link,
    /// <summary>A Unix socket.</summary>
    Socket,
    /// <summary>A device or a pipe.</summary>
    Other,
}

/// <summary>What the file system knows of one path; links are not followed. Source: statx(2).</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Bytes">Apparent size.</param>
/// <param name="BlockBytes">What it takes on disk: 512 times the blocks. A sparse file takes less than its
/// size.</param>
/// <param name="ModifiedNs">Modification time, Unix nanoseconds.</param>
/// <param name="Device">The volume's device number; may differ after a restart of the machine.</param>
/// <param name="Inode">Inode number.</param>
/// <param name="Links">Number of hard links.</param>
public sealed record FileFacts(
    FileKind Kind, long Bytes, long BlockBytes, long ModifiedNs, ulong Device, ulong Inode, int Links)
{
    private const int TypeMask = 0xF000; // S_IFMT

    /// <summary>The facts, or null when there is nothing at the path.</summary>
    /// <exception cref="IOException">The file system refuses to answer.</exception>
    public static FileFacts? Of(string path)
    {
        if (Posix.Statx(Path.GetFullPath(path)) is not { } stat) return null;
        var kind = (stat.Mode & TypeMask) switch
        {
            0x8000 => FileKind.File,
            0x4000 => FileKind.Folder,
            0xA000 => FileKind.Link,
            0xC000 => FileKind.Socket,
            _ => FileKind.Other,
        };
        var modified = stat.ModifiedSeconds * 1_000_000_000 + stat.ModifiedNanoseconds;
        var device = (ulong)stat.DeviceMajor << 32 | stat.DeviceMinor;
        return new FileFacts(
            kind, (long)stat.Size, (long)stat.Blocks * 512, modified, device, stat.Inode, (int)stat.Links);
    }
}
