using System.Globalization;

namespace WeightSwarm.Node.Torrents;

/// <summary>
/// Hours of the week by the machine's own clock: days, and a span of each of them. A span that ends before it begins
/// runs past midnight, into the next day. Immutable.
/// </summary>
/// <param name="Days">Bit 0 is Monday, bit 6 Sunday; at least one.</param>
/// <param name="From">First minute of the day, 0 to 1439.</param>
/// <param name="To">The minute after the last, 1 to 1440; equal to <paramref name="From"/> never.</param>
public sealed record WeekWindow(int Days, int From, int To)
{
    private const int Day = 24 * 60, EveryDay = 0x7F;
    private static readonly string[] Names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

    /// <summary>
    /// Reads "mon-fri 08:00-18:00", "sat,sun" (the whole day), "22:00-06:00" (every day), in upper or lower case; null
    /// for anything else.
    /// </summary>
    public static WeekWindow? Parse(string text)
    {
        var words = text.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length is 0 or > 2) return null;
        var hasHours = words[^1].Contains(':', StringComparison.Ordinal);
        if (words.Length == 2 && !hasHours) return null;
        var days = words.Length == 2 || !hasHours ? ReadDays(words[0]) : EveryDay;
        var (from, to) = hasHours ? ReadHours(words[^1]) : (0, Day);
        return days == 0 || from == to ? null : new WeekWindow(days, from, to);
    }

    /// <summary>Whether a local time lies in it.</summary>
    public bool Contains(DayOfWeek day, TimeSpan timeOfDay)
    {
        var minute = (int)timeOfDay.TotalMinutes;
        var today = ((int)day + 6) % 7;
        if (From < To) return Has(today) && minute >= From && minute < To;
        return (Has(today) && minute >= From) || (Has((today + 6) % 7) && minute < To);
    }

    /// <summary>As <see cref="Parse"/> reads it, in one spelling: "mon-fri 08:00-18:00".</summary>
    public override string ToString()
    {
        var hours = (From, To) == (0, Day) ? "" : $"{Clock(From)}-{Clock(To)}";
        if (Days == EveryDay) return hours.Length == 0 ? "mon-sun" : hours;
        return $"{DaysText()} {hours}".TrimEnd();
    }

    private bool Has(int day) => (Days >> day & 1) != 0;

    private static string Clock(int minute) =>
        string.Create(CultureInfo.InvariantCulture, $"{minute / 60:00}:{minute % 60:00}");

    private string DaysText()
    {
        var parts = new List<string>();
        for (var day = 0; day < 7; day++)
        {
            if (!Has(day)) continue;
            var last = day;
            while (last < 6 && Has(last + 1)) last++;
            parts.Add(last == day ? Names[day] : last == day + 1 ? $"{Names[day]},{Names[last]}"
                : $"{Names[day]}-{Names[last]}");
            day = last;
        }
        return string.Join(',', parts);
    }

    /// <summary>0 for what is no list of days.</summary>
    private static int ReadDays(string text)
    {
        var days = 0;
        foreach (var part in text.Split(','))
        {
            var ends = part.Split('-');
            var (first, last) = (Array.IndexOf(Names, ends[0]), Array.IndexOf(Names, ends[^1]));
            if (ends.Length > 2 || first < 0 || last < 0) return 0;
            for (var day = first; ; day = (day + 1) % 7)
            {
                days |= 1 << day;
                if (day == last) break;
            }
        }
        return days;
    }

    /// <summary>Equal ends for what is no span.</summary>
    private static (int From, int To) ReadHours(string text)
    {
        var ends = text.Split('-');
        if (ends.Length != 2) return (0, 0);
        var (from, to) = (ReadClock(ends[0]), ReadClock(ends[1]));
        if (to == 0) to = Day;
        return from is < 0 or >= Day || to < 0 ? (0, 0) : (from, to);
    }

    private static int ReadClock(string text)
    {
        var parts = text.Split(':');
        if (parts.Length != 2 || parts[0].Length is 0 or > 2 || parts[1].Length != 2) return -1;
        if (!int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var hours)) return -1;
        if (!int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)) return -1;
        return hours > 24 || minutes > 59 || (hours == 24 && minutes > 0) ? -1 : hours * 60 + minutes;
    }
}
