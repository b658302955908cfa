using System.Globalization;

namespace WeightSwarm.Cli.Output;

/// <summary>Values as words for people.</summary>
internal static class Words
{
    /// <summary>
    /// Without control characters: names come from other machines, and must not move the cursor or colour the screen.
    /// </summary>
    public static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '\uFFFD' : c)) : text;

    /// <summary>The start of an id or of a hash that people can tell apart and hand back as a prefix.</summary>
    public static string Brief(string id) => id.Length <= 12 ? id : id[..12];

    /// <summary>A dash where there is nothing to say.</summary>
    public static string OrDash(string text) => text.Length == 0 ? "-" : text;

    /// <summary>"1 slice", "2 slices".</summary>
    public static string Count(ulong count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>Unix milliseconds as ISO 8601 in UTC.</summary>
    public static string IsoTime(ulong unixMs) =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)unixMs)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>How long ago something was: "3 days ago"; a dash for a time that is not known.</summary>
    public static string Ago(ulong unixMs, DateTimeOffset now)
    {
        if (unixMs == 0) return "-";
        var span = now - DateTimeOffset.FromUnixTimeMilliseconds((long)unixMs);
        return span < TimeSpan.FromSeconds(1) ? "just now" : $"{Span(span)} ago";
    }

    /// <summary>A span in its largest unit: "3 days", "1 minute".</summary>
    public static string Span(TimeSpan span)
    {
        if (span.TotalDays >= 1) return Count((ulong)span.TotalDays, "day");
        if (span.TotalHours >= 1) return Count((ulong)span.TotalHours, "hour");
        if (span.TotalMinutes >= 1) return Count((ulong)span.TotalMinutes, "minute");
        return Count((ulong)Math.Max(0, span.TotalSeconds), "second");
    }

    /// <summary>"slice 3" or "slices 3-7".</summary>
    public static string SliceRange(uint first, uint last) =>
        first == last ? $"slice {first}" : $"slices {first}-{last}";
}
