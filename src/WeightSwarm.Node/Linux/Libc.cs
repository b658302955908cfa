using System.Runtime.InteropServices;

namespace WeightSwarm.Node.Linux;

/// <summary>
/// The calls of the C library that the framework does not offer, each declared once; sections 2 and 3 of the manual say
/// what they do. The error number is <see cref="Marshal.GetLastPInvokeError"/>.
/// </summary>
internal static class Libc
{
    /// <summary>Paths relative to nothing: AT_FDCWD.</summary>
    internal const int CurrentFolder = -100;

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    internal static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, int mode);

    [DllImport("libc", EntryPoint = "close")]
    internal static extern int Close(int descriptor);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    internal static extern int Fsync(int descriptor);

    [DllImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    internal static extern int Fallocate(SafeHandle file, int mode, long offset, long bytes);

    [DllImport("libc", EntryPoint = "posix_fadvise")]
    internal static extern int Fadvise(SafeHandle file, long offset, long bytes, int advice);

    [DllImport("libc", EntryPoint = "access", SetLastError = true)]
    internal static extern int Access([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int mode);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    internal static extern int Statx(
        int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, out StatxResult result);

    [DllImport("libc", EntryPoint = "link", SetLastError = true)]
    internal static extern int Link(
        [MarshalAs(UnmanagedType.LPUTF8Str)] string from, [MarshalAs(UnmanagedType.LPUTF8Str)] string to);

    [DllImport("libc", EntryPoint = "renameat2", SetLastError = true)]
    internal static extern int Rename(
        int fromFolder, [MarshalAs(UnmanagedType.LPUTF8Str)] string from, int toFolder,
        [MarshalAs(UnmanagedType.LPUTF8Str)] string to, uint flags);

    [DllImport("libc", EntryPoint = "realpath", SetLastError = true)]
    internal static extern IntPtr RealPath([MarshalAs(UnmanagedType.LPUTF8Str)] string path, IntPtr resolved);

    [DllImport("libc", EntryPoint = "free")]
    internal static extern void Free(IntPtr pointer);

    [DllImport("libc", EntryPoint = "syscall")]
    internal static extern long Syscall(long number, long first, long second, long third);

    [DllImport("libc", EntryPoint = "setpriority")]
    internal static extern int SetPriority(int which, int who, int priority);
}

/// <summary>struct statx of linux/stat.h: the same on every architecture.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatxResult
{
    [FieldOffset(16)] internal uint Links;
    [FieldOffset(28)] internal ushort Mode;
    [FieldOffset(32)] internal ulong Inode;
    [FieldOffset(40)] internal ulong Size;
    [FieldOffset(48)] internal ulong Blocks;
    [FieldOffset(96)] internal long ChangedSeconds;
    [FieldOffset(104)] internal uint ChangedNanoseconds;
    [FieldOffset(112)] internal long ModifiedSeconds;
    [FieldOffset(120)] internal uint ModifiedNanoseconds;
    [FieldOffset(136)] internal uint DeviceMajor;
    [FieldOffset(140)] internal uint DeviceMinor;
}
