using System.Runtime.InteropServices;
using System.Text;

namespace WeightSwarm.Node.Weights;

/// <summary>
/// The few file calls of Linux that the framework does not offer. See statx(2), renameat2(2), fsync(2),
/// posix_fadvise(2).
/// </summary>
internal static class LinuxFiles
{
    public const int NotFound = 2, NoAccess = 13, Exists = 17, OtherVolume = 18, NotAFolder = 20, Invalid = 22;
    public const int NotImplemented = 38;

    private const int CurrentFolder = -100;
    private const int NoFollow = 0x100, EmptyPath = 0x1000;
    private const uint BasicStats = 0x7FF;
    private const int ReadOnlyFolder = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC
    private const uint NoReplace = 1;
    private const int WillNeed = 3, DontNeed = 4;

    /// <summary>What statx(2) says of a path; null and the error number where it says no.</summary>
    public static FileStamp? Stat(string path, bool followLinks, out int error)
    {
        var failed = statx(CurrentFolder, Terminated(path), followLinks ? 0 : NoFollow, BasicStats, out var stat) != 0;
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
            if (statx(fd, Terminated(""), EmptyPath, BasicStats, out var stat) != 0)
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
        renameat2(CurrentFolder, Terminated(from), CurrentFolder, Terminated(to), NoReplace) == 0
            ? 0
            : Marshal.GetLastPInvokeError();

    /// <summary>A second name for a file, never replacing; 0 or the error number.</summary>
    public static int Link(string from, string to) =>
        link(Terminated(from), Terminated(to)) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>fsync of a folder; 0 or the error number.</summary>
    public static int FlushFolder(string path)
    {
        var fd = open(Terminated(path), ReadOnlyFolder, 0);
        if (fd < 0) return Marshal.GetLastPInvokeError();
        var error = fsync(fd) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = close(fd);
        return error;
    }

    /// <summary>Asks the system to read a range soon. Only advice: a refusal changes nothing.</summary>
    public static void ReadAhead(SafeHandle file, long offset, long bytes) =>
        _ = posix_fadvise(file, offset, bytes, WillNeed);

    /// <summary>Asks the system to forget what it has in memory of a range. Only advice, too.</summary>
    public static void DropCached(SafeHandle file, long offset, long bytes) =>
        _ = posix_fadvise(file, offset, bytes, DontNeed);

    /// <summary>The system's words for an error number.</summary>
    public static string Describe(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static byte[] Terminated(string path)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(path) + 1];
        Encoding.UTF8.GetBytes(path, bytes);
        return bytes;
    }

    private static FileStamp Stamp(in Statx s) => new(
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

    // struct statx of linux/stat.h: the same on every architecture.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Statx
    {
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(96)] public long ChangedSeconds;
        [FieldOffset(104)] public uint ChangedNanoseconds;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }

#pragma warning disable CA5392, SYSLIB1054 // source-generated imports need unsafe code, which only Torrent may have
    [DllImport("libc", SetLastError = true)]
    private static extern int statx(int folder, byte[] path, int flags, uint mask, out Statx stat);

    [DllImport("libc", SetLastError = true)]
    private static extern int renameat2(int fromFolder, byte[] from, int toFolder, byte[] to, uint flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int link(byte[] from, byte[] to);

    [DllImport("libc", SetLastError = true)]
    private static extern int open(byte[] path, int flags, int mode);

    [DllImport("libc", SetLastError = true)]
    private static extern int fsync(int file);

    [DllImport("libc")]
    private static extern int posix_fadvise(SafeHandle file, long offset, long bytes, int advice);

    [DllImport("libc", SetLastError = true)]
    private static extern int close(int file);
#pragma warning restore CA5392, SYSLIB1054
}
