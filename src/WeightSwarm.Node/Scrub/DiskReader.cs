using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using WeightSwarm.Node.Weights;

namespace WeightSwarm.Node.Scrub;

/// <summary>
/// Reads past the page cache (O_DIRECT), so that memory neither hides what the disk has become nor is filled with what
/// nobody asked for. Where the file system cannot do that, the cached pages are dropped before and after instead.
/// </summary>
public sealed class DiskReader : IScrubReader
{
    /// <summary>Most bytes of one read.</summary>
    public const int BlockBytes = 1 << 20;

    private const int Alignment = 4096;

    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(BlockBytes + Alignment, pinned: true);
    private readonly int _start;

    /// <summary>With a buffer of its own.</summary>
    public DiskReader()
    {
        var address = Marshal.UnsafeAddrOfPinnedArrayElement(_buffer, 0);
        _start = (int)((Alignment - address % Alignment) % Alignment);
    }

    /// <inheritdoc/>
    public (PathContent Content, long Bytes) Look(string path, bool followLinks)
    {
        if (LinuxFiles.Stat(path, followLinks, out var error) is { } stamp)
            return (stamp.Kind == FileKind.Regular ? PathContent.File : PathContent.Other, stamp.Bytes);
        // ENOTDIR: what should be a folder above it is something else.
        if (error is LinuxFiles.NotFound or LinuxFiles.NotAFolder) return (PathContent.Nothing, 0);
        throw new IOException($"'{path}': {LinuxFiles.Describe(error)}", error);
    }

    /// <inheritdoc/>
    public IScrubFile Open(string path, bool followLinks)
    {
        var direct = ScrubCalls.Open(path, followLinks, pastCache: true, out var error);
        if (direct is not null) return new DirectFile(this, direct, isDirect: true);
        if (error == LinuxFiles.Invalid && ScrubCalls.Open(path, followLinks, false, out error) is { } cached)
            return new DirectFile(this, cached, isDirect: false);
        throw new IOException($"'{path}' cannot be opened: {LinuxFiles.Describe(error)}", error);
    }

    private sealed class DirectFile(DiskReader reader, SafeFileHandle handle, bool isDirect) : IScrubFile
    {
        public ReadOnlySpan<byte> Read(long offset, int most)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(most, BlockBytes);
            if (!isDirect) LinuxFiles.DropCached(handle, offset, most);
            // Past the cache only whole blocks of the disk are read.
            var whole = (most + Alignment - 1) / Alignment * Alignment;
            var read = Fill(offset, whole);
            if (!isDirect) LinuxFiles.DropCached(handle, offset, most);
            return reader._buffer.AsSpan(reader._start, Math.Min(read, most));
        }

        public void Dispose() => handle.Dispose();

        private int Fill(long offset, int bytes)
        {
            var read = 0;
            while (read < bytes)
            {
                var more = RandomAccess.Read(
                    handle, reader._buffer.AsSpan(reader._start + read, bytes - read), offset + read);
                read += more;
                // A read that ends between blocks has met the end of the file.
                if (more == 0 || read % Alignment != 0) break;
            }
            return read;
        }
    }
}
