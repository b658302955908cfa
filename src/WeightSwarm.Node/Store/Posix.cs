using System.ComponentModel;
using System.Runtime.InteropServices;
using WeightSwarm.Node.Linux;

namespace WeightSwarm.Node.Store;

/// <summary>The few Linux calls that .NET does not offer. All paths are absolute.</summary>
internal static class Posix
{
    private const int ReadOnlyCloseOnExec = 0x80000; // O_RDONLY | O_CLOEXEC
    private const int NoFollow = 0x100;              // AT_SYMLINK_NOFOLLOW
    private const uint BasicStats = 0x7FF;           // STATX_BASIC_STATS
    private const int CanWrite = 2;                  // W_OK
    private const int NoEntry = 2, NotAFolder = 20;  // ENOENT, ENOTDIR
    private const int PunchKeepSize = 3;             // FALLOC_FL_KEEP_SIZE | FALLOC_FL_PUNCH_HOLE
    private const int NotSupported = 95;             // EOPNOTSUPP

    /// <summary>Makes renames, creations and deletions in a folder survive a power cut.</summary>
    internal static void SyncFolder(string path)
    {
        var descriptor = Libc.Open(path, ReadOnlyCloseOnExec, 0);
        if (descriptor < 0) throw Failed("open", path);
        try
        {
            if (Libc.Fsync(descriptor) != 0) throw Failed("fsync", path);
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }

    /// <summary>Reads the beginning of a file without taking .NET's advisory lock on it.</summary>
    internal static byte[] ReadUnlocked(string path, int most)
    {
        var descriptor = Libc.Open(path, ReadOnlyCloseOnExec, 0);
        if (descriptor < 0) throw Failed("open", path);
        using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(descriptor, ownsHandle: true);
        var bytes = new byte[most];
        return bytes[..RandomAccess.Read(handle, bytes, 0)];
    }

    /// <summary>What statx(2) says of a path itself (links are not followed), or null when there is nothing.</summary>
    internal static StatxResult? Statx(string path)
    {
        if (Libc.Statx(Libc.CurrentFolder, path, NoFollow, BasicStats, out var result) == 0) return result;
        return Marshal.GetLastPInvokeError() is NoEntry or NotAFolder ? null : throw Failed("statx", path);
    }

    /// <summary>Null when the folder can be written to; else the system's reason in words.</summary>
    internal static string? WhyNotWritable(string path) =>
        Libc.Access(path, CanWrite) == 0 ? null : new Win32Exception(Marshal.GetLastPInvokeError()).Message;

    /// <summary>
    /// Gives a range of a file back to the volume: it reads as zeros from then on, the size stays. False where the
    /// volume cannot do that. See fallocate(2).
    /// </summary>
    /// <exception cref="IOException">The file cannot be written, or the disk is faulty.</exception>
    internal static bool PunchHole(string path, long offset, long bytes)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        if (Libc.Fallocate(file, PunchKeepSize, offset, bytes) == 0) return true;
        return Marshal.GetLastPInvokeError() == NotSupported ? false : throw Failed("fallocate", path);
    }

    /// <summary>The path with every symbolic link resolved; all of it must exist.</summary>
    internal static string RealPath(string path)
    {
        var pointer = Libc.RealPath(path, IntPtr.Zero);
        if (pointer == IntPtr.Zero) throw Failed("realpath", path);
        try
        {
            return Marshal.PtrToStringUTF8(pointer)!;
        }
        finally
        {
            Libc.Free(pointer);
        }
    }

    private static IOException Failed(string call, string path) =>
        new($"{call} {path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
}
