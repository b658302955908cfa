using System.Globalization;

namespace WeightSwarm.IntegrationTests.Twins;

/// <summary>
/// The figures of a play by its simulated twins, one set for each seed, beside those of real daemons. What the twins
/// draw differently they span an interval with; the real figure must lie in it, or as far from it as the play allows.
/// </summary>
/// <param name="twins">One for each seed.</param>
/// <param name="real">Of real daemons.</param>
/// <param name="rooms">How far beyond those of the twins a figure may lie; nothing is said of what may not.</param>
internal sealed class TwinFigures(
    IReadOnlyList<SortedDictionary<string, long>> twins, SortedDictionary<string, long> real,
    IReadOnlyDictionary<string, TwinRoom> rooms)
{
    /// <summary>A line for each figure, those of the twins as the least, the median and the most.</summary>
    public IEnumerable<string> Lines() => real.Select(figure =>
    {
        var (least, median, most) = Of(figure.Key);
        return string.Create(CultureInfo.InvariantCulture,
            $"{figure.Key,-40} twins {least,6} {median,6} {most,6}, real {figure.Value,6}");
    });

    /// <summary>What is too far from the twins, in words.</summary>
    public IEnumerable<string> Faults() => real.Where(IsTooFar).Select(figure => string.Create(
        CultureInfo.InvariantCulture,
        $"{figure.Key}: {figure.Value}, twins {Of(figure.Key)}, room {rooms.GetValueOrDefault(figure.Key)}"));

    private bool IsTooFar(KeyValuePair<string, long> figure)
    {
        var ((least, _, most), room) = (Of(figure.Key), rooms.GetValueOrDefault(figure.Key));
        return figure.Value < least - room.Below || figure.Value > most + room.Above;
    }

    private (long Least, long Median, long Most) Of(string name)
    {
        var all = twins.Select(t => t[name]).Order().ToList();
        return (all[0], all[all.Count / 2], all[^1]);
    }
}

/// <summary>How far below the least of the twins, and above the most, a real figure may lie.</summary>
internal readonly record struct TwinRoom(long Below, long Above)
{
    /// <summary>It is shown, and not compared.</summary>
    public static TwinRoom Any { get; } = new(int.MaxValue, int.MaxValue);
}
