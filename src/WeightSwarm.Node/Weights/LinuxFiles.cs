using System.Runtime.InteropServices;
using WeightSwarm.Node.Linux;

namespace WeightSwarm.Node.Weights;

/// <summary>
/// The few file calls of Linux that the framework does not offer. See statx(2), renameat2(2), fsync(2),
/// posix_fadvise(2).
/// </summary>
internal static class LinuxFiles
{
    public const int NotFound = 2, NoAccess = 13, Exists = 17, OtherVolume = 18, NotAFolder = 20, Invalid = 22;
    public const int NotImplemented = 38;

    private const int NoFollow = 0x100, EmptyPath = 0x1000;
    private const uint BasicStats = 0x7FF;
    private const int ReadOnlyFolder = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC
    private const uint NoReplace = 1;
    private const int WillNeed = 3, DontNeed = 4;

    /// <summary>What statx(2) says of a path; null and the error number where it says no.</summary>
    public static FileStamp? Stat(string path, bool followLinks, out int error)
    {
        var failed = Libc.Statx(Libc.CurrentFolder, path, followLinks ? 0 : NoFollow, BasicStats, out var stat) != 0;
        error = failed ? Marshal.GetLastPInvokeError() : 0;
        return failed ? null : Stamp(stat);
    }

    /// <summary>What statx(2) says of an open file.</summary>
    /// <exception cref="IOException">It says no.</exception>
    public static FileStamp Stat(SafeHandle file)
    {
        var held = false;
        file.DangerousAddRef(ref held);
        try
        {
            var fd = (int)file.DangerousGetHandle();
            if (Libc.Statx(fd, "", EmptyPath, BasicStats, out var stat) != 0)
                throw new IOException($"statx: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
            return Stamp(stat);
        }
        finally
        {
            if (held) file.DangerousRelease();
        }
    }

    /// <summary>Renames without ever replacing; 0 or the error number.</summary>
    public static int RenameNoReplace(string from, string to) =>
        Libc.Rename(Libc.CurrentFolder, from, Libc.CurrentFolder, to, NoReplace) == 0
            ? 0
            : Marshal.GetLastPInvokeError();

    /// <summary>A second name for a file, never replacing; 0 or the error number.</summary>
    public static int Link(string from, string to) =>
        Libc.Link(from, to) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>fsync of a folder; 0 or the error number.</summary>
    public static int FlushFolder(string path)
    {
        var fd = Libc.Open(path, ReadOnlyFolder, 0);
        if (fd < 0) return Marshal.GetLastPInvokeError();
        var error = Libc.Fsync(fd) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Libc.Close(fd);
        return error;
    }

    /// <summary>Asks the system to read a range soon. Only advice: a refusal changes nothing.</summary>
    public static void ReadAhead(SafeHandle file, long offset, long bytes) =>
        _ = Libc.Fadvise(file, offset, bytes, WillNeed);

    /// <summary>Asks the system to forget what it has in memory of a range. Only advice, too.</summary>
    public static void DropCached(SafeHandle file, long offset, long bytes) =>
        _ = Libc.Fadvise(file, offset, bytes, DontNeed);

    /// <summary>The system's words for an error number.</summary>
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static FileStamp Stamp(in StatxResult s) => new(
        (long)s.Size, Nanoseconds(s.ModifiedSeconds, s.ModifiedNanoseconds),
        Nanoseconds(s.ChangedSeconds, s.ChangedNanoseconds), s.Inode, ((ulong)s.DeviceMajor << 32) | s.DeviceMinor,
        Kind(s.Mode));

    private static long Nanoseconds(long seconds, uint nanoseconds) => seconds * 1_000_000_000 + nanoseconds;

    private static FileKind Kind(ushort mode) => (mode & 0xF000) switch
    {
        0x8000 => FileKind.Regular,
        0x4000 => FileKind.Folder,
        0xA000 => FileKind.SymbolicLink,
        _ => FileKind.Special,
    };
}
