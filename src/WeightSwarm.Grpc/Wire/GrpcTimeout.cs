using System.Globalization;

namespace Grpc.Wire;

/// <summary>The value of "grpc-timeout": one to eight digits and a unit (PROTOCOL-HTTP2.md of gRPC).</summary>
internal static class GrpcTimeout
{
    private const int MaxDigits = 8;
    private const long MaxValue = 99_999_999;

    /// <summary>The timeout in the finest unit that has room for it, rounded up; at least one nanosecond.</summary>
    public static string Format(TimeSpan timeout)
    {
        var ticks = Math.Max(timeout.Ticks, 1);
        if (ticks <= MaxValue / TimeSpan.NanosecondsPerTick) return Text(ticks * TimeSpan.NanosecondsPerTick, 'n');
        if (Fits(ticks, TimeSpan.TicksPerMicrosecond, out var value)) return Text(value, 'u');
        if (Fits(ticks, TimeSpan.TicksPerMillisecond, out value)) return Text(value, 'm');
        if (Fits(ticks, TimeSpan.TicksPerSecond, out value)) return Text(value, 'S');
        if (Fits(ticks, TimeSpan.TicksPerMinute, out value)) return Text(value, 'M');
        return Text(Math.Min(ticks / TimeSpan.TicksPerHour + 1, MaxValue), 'H');
    }

    /// <summary>Reads a timeout, or says no.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > MaxDigits + 1) return false;
        if (!long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var value)) return false;
        long ticks = text[^1] switch
        {
            'n' => value / TimeSpan.NanosecondsPerTick,
            'u' => value * TimeSpan.TicksPerMicrosecond,
            'm' => value * TimeSpan.TicksPerMillisecond,
            'S' => value * TimeSpan.TicksPerSecond,
            'M' => value * TimeSpan.TicksPerMinute,
            'H' => value * TimeSpan.TicksPerHour,
            _ => -1,
        };
        timeout = new TimeSpan(ticks);
        return ticks >= 0;
    }

    private static bool Fits(long ticks, long unit, out long value)
    {
        value = ticks / unit + (ticks % unit == 0 ? 0 : 1);
        return value <= MaxValue;
    }

    private static string Text(long value, char unit) => string.Create(CultureInfo.InvariantCulture, $"{value}{unit}");
}
