using System.Text;
using System.Text.Unicode;

namespace WeightSwarm.Core.Catalogue;

/// <summary>
/// The rules for a file's path in a model: relative, '/' between segments, and such that every BitTorrent engine and
/// filesystem spells it the same way. libtorrent drops bidirectional marks, replaces control characters and cuts
/// segments above 240 bytes; a path that it would change could not be seeded in place, so those are refused as well.
/// </summary>
public static class ModelPath
{
    /// <summary>Longest segment in bytes of UTF-8.</summary>
    public const int LongestSegment = 240;
    /// <summary>Longest path in bytes of UTF-8.</summary>
    public const int LongestPath = 1024;
    /// <summary>Most segments of a path.</summary>
    public const int MostSegments = 64;

    /// <summary>Null for a good path; else what is wrong with it, in words that follow the path.</summary>
    public static string? Fault(string path)
    {
        if (path.Length == 0) return "is empty";
        if (path[0] == '/') return "is absolute";
        var segments = path.Split('/');
        if (segments.Length > MostSegments) return $"has {segments.Length} segments; {MostSegments} is the limit";
        if (Encoding.UTF8.GetByteCount(path) > LongestPath) return $"is longer than {LongestPath} bytes";
        if (segments[0].Equals(".pad", StringComparison.OrdinalIgnoreCase))
            return "lies in .pad, which padding files use";
        foreach (var segment in segments)
            if (SegmentFault(segment) is { } fault)
                return fault;
        return null;
    }

    /// <summary>As <see cref="Fault"/>, for one segment (a file's, a folder's or a torrent's name).</summary>
    public static string? SegmentFault(string segment)
    {
        if (segment.Length == 0) return "has an empty segment";
        if (segment is "." or "..") return $"has the segment '{segment}'";
        var bytes = 0;
        foreach (var rune in segment.EnumerateRunes())
        {
            if (rune == Rune.ReplacementChar) return "is not plain UTF-8";
            if (Forbidden(rune.Value)) return $"has the character U+{rune.Value:X4}";
            bytes += rune.Utf8SequenceLength;
        }
        return bytes > LongestSegment ? $"has a segment of {bytes} bytes; {LongestSegment} is the limit" : null;
    }

    /// <summary>Reads one segment from bytes that nobody checked; null and a reason if it may not be one.</summary>
    public static string? ReadSegment(ReadOnlySpan<byte> utf8, out string reason)
    {
        reason = utf8.Length > LongestSegment ? $"has a segment of {utf8.Length} bytes; {LongestSegment} is the limit"
            : !Utf8.IsValid(utf8) ? "is not valid UTF-8" : "";
        if (reason.Length > 0) return null;
        var segment = Encoding.UTF8.GetString(utf8);
        reason = SegmentFault(segment) ?? "";
        return reason.Length == 0 ? segment : null;
    }

    /// <summary>
    /// Torrent order: by segments, each by its bytes in UTF-8, which is the order of BEP 52's file tree.
    /// </summary>
    public static int Compare(string left, string right)
    {
        var common = left.AsSpan().CommonPrefixLength(right);
        if (common == left.Length || common == right.Length) return left.Length - right.Length;
        return Weight(left[common]) - Weight(right[common]);
    }

    // '/' ends a segment and so sorts before every character; surrogates stand for code points above all others.
    private static int Weight(char c) => c == '/' ? 0 : char.IsSurrogate(c) ? c + 0x10000 : c;

    private static bool Forbidden(int rune) => rune switch
    {
        < 0x20 or 0x7F or '\\' or '/' => true,
        0x200E or 0x200F or (>= 0x202A and <= 0x202E) => true,
        _ => false,
    };
}
