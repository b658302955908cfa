using WeightSwarm.Core;

namespace WeightSwarm.Node.Scrub;

/// <summary>
/// When which slice of a volume is read again, and how fast. Pure. Every byte is read again 5/6 to 7/6 of the period
/// after the last time (25 to 35 days), the oldest first, with a draw per slice and turn that keeps what was fetched
/// on one day from coming due on one day. The wait is at least four times the read: Garage's tranquility, so at most a
/// fifth of the disk's time. Reference: gossip-planner section 6.
/// </summary>
public static class ScrubSchedule
{
    /// <summary>A volume is read at this rate at least, bytes per second, while something is due.</summary>
    public const long LeastRate = 1_000_000;

    /// <summary>After a read the disk is left alone for so many times as long.</summary>
    public const int RestPerRead = 4;

    /// <summary>A volume with faults is read so many times faster, and so many times as often.</summary>
    public const int SuspectFactor = 4;

    /// <summary>No slice is read again sooner than this, milliseconds.</summary>
    public static long EarliestMs(long periodMs) => periodMs / 6 * 5;

    /// <summary>No slice is left unread for longer than this, milliseconds, on a disk that can keep up.</summary>
    public static long LatestMs(long periodMs) => periodMs / 6 * 7;

    /// <summary>For how long a volume with faults is read faster, milliseconds: a day of thirty.</summary>
    public static long SuspicionMs(long periodMs) => periodMs / 30;

    /// <summary>When the slice is to be read, Unix milliseconds.</summary>
    /// <param name="item">The slice.</param>
    /// <param name="periodMs">The pace's period.</param>
    /// <param name="nowMs">Unix milliseconds; a slice that was read later than that tells of a clock put back.</param>
    /// <param name="suspect">Its volume had faults lately.</param>
    public static long DueMs(ScrubItem item, long periodMs, long nowMs, bool suspect)
    {
        if (item.ReadMs == 0) return 0;
        var last = Math.Min(item.LastMs, nowMs);
        // A first turn falls anywhere into the period; later ones keep what that has spread apart.
        var (from, width) = item.ReadMs is null ? (0, periodMs) : (EarliestMs(periodMs), periodMs / 4);
        var wait = from + Draw(item, width);
        return last + (suspect ? wait / SuspectFactor : wait);
    }

    /// <summary>The slice that is due first, with when; null for none at all.</summary>
    public static (ScrubItem Item, long DueMs)? First(
        IEnumerable<ScrubItem> items, long periodMs, long nowMs, bool suspect)
    {
        (ScrubItem Item, long DueMs)? first = null;
        foreach (var item in items)
        {
            var due = DueMs(item, periodMs, nowMs, suspect);
            if (first is null || due < first.Value.DueMs) first = (item, due);
        }
        return first;
    }

    /// <summary>Whether what was due then is so late that it hurries, and no load pauses it any more.</summary>
    public static bool IsLate(long dueMs, long periodMs, long nowMs) => dueMs > 0 && nowMs - dueMs > periodMs / 24;

    /// <summary>Bytes per second for a volume with so many bytes to read again.</summary>
    public static long Rate(long volumeBytes, long periodMs, bool hurried)
    {
        var needed = (long)((Int128)volumeBytes * 1000 / Math.Max(1, EarliestMs(periodMs)));
        return Math.Max(LeastRate, needed) * (hurried ? SuspectFactor : 1);
    }

    /// <summary>How long the volume is left alone after a read, milliseconds.</summary>
    /// <param name="bytes">Read just now.</param>
    /// <param name="busyMs">How long that took.</param>
    /// <param name="rate">Bytes per second.</param>
    public static long RestMs(long bytes, long busyMs, long rate) =>
        Math.Max(busyMs * RestPerRead, bytes * 1000 / rate - busyMs);

    private static long Draw(ScrubItem item, long width) => new SplitMix64(
        item.Key.Model.Prefix ^ SplitMix64.Mix((ulong)item.Slice + 1) ^ SplitMix64.Mix((ulong)item.LastMs))
        .Below(Math.Max(1, width));
}
