namespace WeightSwarm.Core.Planning;

/// <summary>Sizes and times as people read them; integers only.</summary>
internal static class Words
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>Decimal units, one digit behind the point, rounded down: "67.1 MB".</summary>
    public static string Bytes(long bytes)
    {
        var unit = 0;
        var tenths = Math.Max(0, bytes) * (Int128)10;
        for (; tenths >= 10_000; unit++) tenths /= 1000;
        return unit == 0 ? $"{(long)(tenths / 10)} B" : $"{(long)(tenths / 10)}.{(long)(tenths % 10)} {Units[unit]}";
    }

    /// <summary>Whole seconds, minutes, hours or days, rounded up: what is over a limit reads as over it.</summary>
    public static string Time(long ms) => Ceiling(ms, 1000) switch
    {
        <= 120 => $"{Ceiling(ms, 1000)} s",
        <= 120 * 60 => $"{Ceiling(ms, 60_000)} min",
        <= 96 * 3600 => $"{Ceiling(ms, 3_600_000)} h",
        _ => $"{Ceiling(ms, 86_400_000)} d",
    };

    /// <summary>"1 copy", "3 copies".</summary>
    public static string Count(int count, string one, string many) => count == 1 ? $"1 {one}" : $"{count} {many}";

    private static long Ceiling(long value, long unit) => (value + unit - 1) / unit;
}
