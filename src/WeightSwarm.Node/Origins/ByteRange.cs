using System.Globalization;

namespace WeightSwarm.Node.Origins;

/// <summary>A run of bytes of a file, both ends included (RFC 9110 section 14).</summary>
/// <param name="First">From 0.</param>
/// <param name="Last">At least <paramref name="First"/>.</param>
public readonly record struct ByteRange(long First, long Last)
{
    private const string Unit = "bytes=";

    /// <summary>How many bytes.</summary>
    public long Length => Last - First + 1;

    /// <summary>
    /// The one range that a Range header asks for, cut to the file; the whole file without a header; null for what
    /// cannot be answered: several ranges, another unit, or bytes behind the end.
    /// </summary>
    public static ByteRange? Asked(string? header, long fileBytes)
    {
        if (fileBytes <= 0) return null;
        if (string.IsNullOrEmpty(header)) return new ByteRange(0, fileBytes - 1);
        if (!header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase)) return null;
        var ends = header[Unit.Length..].Trim().Split('-');
        if (ends.Length != 2) return null;
        if (ends[0].Length == 0) return Number(ends[1]) is > 0 and var tail
            ? new ByteRange(Math.Max(0, fileBytes - tail), fileBytes - 1) : null;
        if (Number(ends[0]) is not { } first || first >= fileBytes) return null;
        var last = ends[1].Length == 0 ? fileBytes - 1 : Number(ends[1]);
        return last is { } end && end >= first ? new ByteRange(first, Math.Min(end, fileBytes - 1)) : null;
    }

    /// <summary>As in a Content-Range header.</summary>
    public string ContentRange(long fileBytes) =>
        string.Create(CultureInfo.InvariantCulture, $"bytes {First}-{Last}/{fileBytes}");

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
