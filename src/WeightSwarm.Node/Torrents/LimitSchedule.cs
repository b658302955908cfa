using System.Collections.Immutable;

namespace WeightSwarm.Node.Torrents;

/// <summary>Rates in force, bytes per second; 0 is unlimited.</summary>
/// <param name="Up">Sent.</param>
/// <param name="Down">Received.</param>
public readonly record struct RateLimits(int Up, int Down);

/// <summary>
/// Rates for some hours of the week, or for all of them. A rate that is null leaves that direction to the next rule.
/// </summary>
/// <param name="Windows">When it holds; empty: always, which makes it the default.</param>
/// <param name="Up">Bytes per second, 0 unlimited, or null.</param>
/// <param name="Down">Bytes per second, 0 unlimited, or null.</param>
public sealed record LimitRule(ImmutableArray<WeekWindow> Windows, int? Up, int? Down)
{
    /// <summary>Between two windows in text: neither can contain it.</summary>
    public const string Separator = "; ";

    /// <summary>The windows in one line; empty for the default.</summary>
    public string When => string.Join(Separator, Windows);

    /// <summary>Whether it holds at a local time.</summary>
    public bool Holds(DateTime local) =>
        Windows.IsEmpty || Windows.Any(w => w.Contains(local.DayOfWeek, local.TimeOfDay));
}

/// <summary>What a schedule says at one moment.</summary>
/// <param name="Limits">The rates in force.</param>
/// <param name="When">Windows of the first rule that holds; empty: the default, or none.</param>
/// <param name="NextChange">When the rates change next; null: not within eight days.</param>
public sealed record LimitDecision(RateLimits Limits, string When, DateTimeOffset? NextChange);

/// <summary>
/// The owner's rates over the week. Rules with windows come first, in their order, the default last; for each direction
/// the first rule that holds and names a rate decides. Pure: the time and the zone are arguments. Immutable.
/// </summary>
public sealed class LimitSchedule
{
    // A week, and a day for a week with a change of the clocks.
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(8);

    /// <summary>Puts the default behind the others.</summary>
    public LimitSchedule(IEnumerable<LimitRule> rules) => Rules = [.. rules.OrderBy(r => r.Windows.IsEmpty)];

    /// <summary>No limits at all.</summary>
    public static LimitSchedule Unlimited { get; } = new([]);

    /// <summary>The rules in the order in which they are asked; at most one default, the last.</summary>
    public ImmutableArray<LimitRule> Rules { get; }

    /// <summary>With a rule in place of the one of the same windows, or before the default.</summary>
    public LimitSchedule With(LimitRule rule)
    {
        var at = Rules.TakeWhile(r => r.When != rule.When).Count();
        if (at == Rules.Length) return new LimitSchedule(Rules.Add(rule));
        // A rate that is not named again stays as it was.
        var merged = rule with { Up = rule.Up ?? Rules[at].Up, Down = rule.Down ?? Rules[at].Down };
        return new LimitSchedule(Rules.SetItem(at, merged));
    }

    /// <summary>The rates in force at a moment, by the clock of a zone, and when they change next.</summary>
    public LimitDecision At(DateTimeOffset now, TimeZoneInfo zone)
    {
        var (limits, when) = Look(now, zone);
        if (Rules.All(r => r.Windows.IsEmpty)) return new LimitDecision(limits, when, null);
        // Minute by minute, so that days of 23 and of 25 hours need no rule of their own.
        var minute = new DateTimeOffset(now.UtcTicks - now.UtcTicks % TimeSpan.TicksPerMinute, TimeSpan.Zero);
        for (var next = minute.AddMinutes(1); next - now <= Horizon; next = next.AddMinutes(1))
            if (Look(next, zone).Limits != limits)
                return new LimitDecision(limits, when, next);
        return new LimitDecision(limits, when, null);
    }

    private (RateLimits Limits, string When) Look(DateTimeOffset now, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone).DateTime;
        int? up = null, down = null;
        LimitRule? first = null;
        foreach (var rule in Rules)
        {
            if (!rule.Holds(local)) continue;
            first ??= rule;
            up ??= rule.Up;
            down ??= rule.Down;
        }
        return (new RateLimits(up ?? 0, down ?? 0), first?.When ?? "");
    }
}
