using System.Buffers.Binary;

namespace WeightSwarm.Core.Formats;

/// <summary>Where the directory of a zip archive lies (PKWARE's APPNOTE.TXT, sections 4.3.14 to 4.3.16).</summary>
/// <param name="Offset">First byte of the directory in the file.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Members">How many members it lists.</param>
/// <param name="Shift">Bytes that stand before the archive, by which all its offsets are too small.</param>
public sealed record ZipEnd(long Offset, long Bytes, long Members, long Shift)
{
    /// <summary>So many bytes from the back of a file hold all that there can be: records and a comment.</summary>
    public const int TailBytes = EndBytes + 65_535 + LocatorBytes + 4096;

    private const int EndBytes = 22, LocatorBytes = 20, WideBytes = 56;

    /// <summary>Finds it in the last bytes of a file; null where there is none that agrees with itself.</summary>
    /// <param name="tail">The last <see cref="TailBytes"/> of the file, or all.</param>
    /// <param name="fileBytes">The file's size.</param>
    public static ZipEnd? Find(ReadOnlySpan<byte> tail, long fileBytes)
    {
        for (var at = tail.Length - EndBytes; at >= 0 && at >= tail.Length - EndBytes - 65_535; at--)
        {
            var record = tail[at..];
            if (!record.StartsWith("PK\u0005\u0006"u8)) continue;
            if (at + EndBytes + BinaryPrimitives.ReadUInt16LittleEndian(record[20..]) != tail.Length) continue;
            var tailOffset = fileBytes - tail.Length;
            return Wide(tail, at, tailOffset) ?? Narrow(record, tailOffset + at);
        }
        return null;
    }

    private static ZipEnd? Narrow(ReadOnlySpan<byte> record, long recordOffset) => Of(
        BinaryPrimitives.ReadUInt32LittleEndian(record[16..]), BinaryPrimitives.ReadUInt32LittleEndian(record[12..]),
        BinaryPrimitives.ReadUInt16LittleEndian(record[10..]), recordOffset);

    private static ZipEnd? Wide(ReadOnlySpan<byte> tail, int at, long tailOffset)
    {
        var locator = at - LocatorBytes;
        if (locator < WideBytes || !tail[locator..].StartsWith("PK\u0006\u0007"u8)) return null;
        // The record stands right before its locator; what the locator says is wrong behind a prefix.
        var from = tail[..locator].LastIndexOf("PK\u0006\u0006"u8);
        if (from < 0 || locator - from < WideBytes) return null;
        var record = tail[from..];
        return Of(
            BinaryPrimitives.ReadUInt64LittleEndian(record[48..]),
            BinaryPrimitives.ReadUInt64LittleEndian(record[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(record[32..]), tailOffset + from);
    }

    private static ZipEnd? Of(ulong offset, ulong bytes, ulong members, long directoryEnd)
    {
        if (bytes > (ulong)directoryEnd || offset > (ulong)directoryEnd - bytes || members > bytes) return null;
        var start = directoryEnd - (long)bytes;
        return new ZipEnd(start, (long)bytes, (long)members, start - (long)offset);
    }
}
