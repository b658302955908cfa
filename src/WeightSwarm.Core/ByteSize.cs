using System.Globalization;

namespace WeightSwarm.Core;

/// <summary>
/// Sizes as people write them: SI units (kB, MB … EB, factors of 1000) and IEC units (KiB … EiB, factors of 1024).
/// Decimal arithmetic only, so every machine reads a text alike.
/// </summary>
public static class ByteSize
{
    private static readonly string[] SiUnits = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    private const string Prefixes = "kmgtpe";

    /// <summary>
    /// Reads "350MB", "1.5TiB", "64 MiB", "500G" (as GB) or "1000000" (bytes), in upper or lower case; a fraction of a
    /// byte is cut off. No for anything else: signs, thousands separators, an unknown unit, a fraction without a unit,
    /// or more than 2^63 - 1 bytes.
    /// </summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var trimmed = text.Trim();
        var digits = trimmed.AsSpan().IndexOfAnyExceptInRange('0', '9') is var end && end < 0 ? trimmed.Length : end;
        if (digits < trimmed.Length && trimmed[digits] == '.')
            digits = digits + 1 + DigitsIn(trimmed.AsSpan(digits + 1));
        var number = trimmed[..digits];
        if (!TryFactor(trimmed[digits..].Trim(), out var factor)) return false;
        if (factor == 1 && number.Contains('.', StringComparison.Ordinal)) return false;
        if (number.EndsWith('.') || number.StartsWith('.') || number.Length is 0 or > 28) return false;
        var value = decimal.Parse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);
        if (value > long.MaxValue / factor) return false;
        bytes = (long)(value * factor);
        return true;
    }

    /// <summary>One decimal and an SI unit, rounded half up: "999 B", "1.0 kB", "350.0 MB", "1.6 TB".</summary>
    public static string Format(long bytes)
    {
        var size = Math.Abs((decimal)bytes);
        var sign = bytes < 0 ? "-" : "";
        if (size < 1000) return string.Create(CultureInfo.InvariantCulture, $"{sign}{size:0} B");
        var unit = 0;
        var tenths = size * 10;
        while (tenths >= 10_000 && unit < SiUnits.Length - 1)
        {
            unit++;
            size /= 1000;
            tenths = decimal.Round(size * 10, MidpointRounding.AwayFromZero);
        }
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{tenths / 10:0.0} {SiUnits[unit]}");
    }

    private static int DigitsIn(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static bool TryFactor(string unit, out decimal factor)
    {
        factor = 1;
        var name = unit.ToLowerInvariant();
        if (name is "" or "b") return true;
        var power = Prefixes.IndexOf(name[0], StringComparison.Ordinal) + 1;
        if (power == 0 || name[1..] is not ("" or "b" or "i" or "ib")) return false;
        var step = name.Contains('i', StringComparison.Ordinal) ? 1024m : 1000m;
        for (var n = 0; n < power; n++) factor *= step;
        return true;
    }
}
