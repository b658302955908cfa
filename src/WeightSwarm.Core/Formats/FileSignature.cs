using System.Buffers.Binary;

namespace WeightSwarm.Core.Formats;

/// <summary>Programs and pointers by the first bytes of a file, whatever its name.</summary>
public static class FileSignature
{
    /// <summary>So many bytes from the front say what a file is.</summary>
    public const int HeadBytes = 4096;

    /// <summary>"a Windows program" and such; null for what is no program.</summary>
    public static string? Program(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("MZqFpD"u8)) return "a program for any system (llamafile)";
        if (head.StartsWith("\u007fELF"u8)) return "a Linux program or library";
        if (head.StartsWith("#!/"u8) || head.StartsWith("#! /"u8)) return "a script";
        if (IsPortableExecutable(head)) return "a Windows program or library";
        if (head.Length < 4) return null;
        return BinaryPrimitives.ReadUInt32BigEndian(head) is 0xFEEDFACE or 0xFEEDFACF or 0xCEFAEDFE or 0xCFFAEDFE
            ? "a macOS program or library"
            : null;
    }

    /// <summary>Git LFS puts a small text in place of a file that was not fetched.</summary>
    public static bool IsLfsPointer(ReadOnlySpan<byte> head) =>
        head.StartsWith("version https://git-lfs.github.com/spec/"u8);

    /// <summary>A zip archive with at least one member.</summary>
    public static bool IsZip(ReadOnlySpan<byte> head) => head.StartsWith("PK\u0003\u0004"u8);

    /// <summary>A pickle of protocol 2 or newer.</summary>
    public static bool IsPickle(ReadOnlySpan<byte> head) =>
        head.Length >= 2 && head[0] == 0x80 && head[1] is >= 2 and <= 5;

    private static bool IsPortableExecutable(ReadOnlySpan<byte> head)
    {
        if (head.Length < 64 || !head.StartsWith("MZ"u8)) return false;
        var at = BinaryPrimitives.ReadUInt32LittleEndian(head[60..]);
        return at <= (uint)head.Length - 4 && head[(int)at..].StartsWith("PE\0\0"u8);
    }
}
