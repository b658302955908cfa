using System.Collections.Immutable;

namespace WeightSwarm.Node.Torrents;

/// <summary>
/// Divides one limit among engines, so that their sum obeys it: each gets what it seems to need, what is left is shared
/// evenly (max-min fairness), and nobody gets less than a small part, so that a quiet engine can begin.
/// </summary>
public static class LimitShares
{
    /// <summary>An engine always has at least this part of the limit: a quiet one that begins shows it by using it
    /// up.</summary>
    private const int LeastPart = 100;

    /// <summary>The new shares; they sum to at most <paramref name="limit"/>, and each is at least 1.</summary>
    /// <param name="limit">Bytes per second; 0 is unlimited, and so is then every share.</param>
    /// <param name="rates">What each engine moved in the last span, bytes per second.</param>
    /// <param name="shares">The shares of the last span; an engine near its share may want more.</param>
    public static ImmutableArray<int> Of(int limit, IReadOnlyList<long> rates, IReadOnlyList<int> shares)
    {
        if (limit == 0) return [.. rates.Select(_ => 0)];
        if (rates.Count == 1) return [limit];
        var floor = Math.Max(1, limit / LeastPart);
        var wants = rates.Select((rate, i) => Math.Clamp(Wanted(rate, shares[i], limit), floor, limit)).ToArray();
        var result = new int[rates.Count];
        long left = limit;
        var open = Enumerable.Range(0, rates.Count).OrderBy(i => wants[i]).ThenBy(i => i).ToList();
        for (var n = 0; n < open.Count; n++)
        {
            result[open[n]] = (int)Math.Max(1, Math.Min(wants[open[n]], left / (open.Count - n)));
            left -= result[open[n]];
        }
        // What nobody asked for goes to whom it may serve next: those that asked for most.
        result[open[^1]] += (int)Math.Max(0, left);
        return [.. result];
    }

    private static long Wanted(long rate, int share, int limit) =>
        share == 0 || rate * 5 >= share * 4L ? limit : rate + rate / 4;
}
