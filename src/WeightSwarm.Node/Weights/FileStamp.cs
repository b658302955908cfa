using Microsoft.Win32.SafeHandles;

namespace WeightSwarm.Node.Weights;

/// <summary>What a name in the filesystem stands for.</summary>
public enum FileKind
{
    /// <summary>A regular file.</summary>
    Regular,
    /// <summary>A folder.</summary>
    Folder,
    /// <summary>A symbolic link that was not followed.</summary>
    SymbolicLink,
    /// <summary>A device, socket or pipe.</summary>
    Special,
}

/// <summary>What tells a changed file from an unchanged one without reading it. Linux: statx(2).</summary>
/// <param name="Bytes">Size.</param>
/// <param name="ModifiedNs">Last change of its bytes, nanoseconds since 1970-01-01 UTC.</param>
/// <param name="ChangedNs">Last change of its bytes, name count or rights; nobody can set it.</param>
/// <param name="Inode">Its number on its volume.</param>
/// <param name="Device">Its volume.</param>
/// <param name="Kind">What it is.</param>
public readonly record struct FileStamp(
    long Bytes, long ModifiedNs, long ChangedNs, ulong Inode, ulong Device, FileKind Kind)
{
    /// <summary>The stamp of a path now, symbolic links followed; null when there is nothing or no access.</summary>
    public static FileStamp? Of(string path) => LinuxFiles.Stat(path, followLinks: true, out _);

    /// <summary>The stamp of an open file now.</summary>
    /// <exception cref="IOException">The system does not say.</exception>
    public static FileStamp Of(SafeFileHandle file) => LinuxFiles.Stat(file);

    /// <summary>
    /// Whether the bytes are surely those of an earlier stamp: same file, size and time of change. A renamed, linked or
    /// re-permitted file keeps its bytes but changes <see cref="ChangedNs"/>, which is therefore left out here.
    /// </summary>
    public bool HasBytesOf(FileStamp earlier) => this with { ChangedNs = 0 } == earlier with { ChangedNs = 0 };
}
