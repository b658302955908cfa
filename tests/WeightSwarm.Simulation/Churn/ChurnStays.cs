namespace WeightSwarm.Simulation.Churn;

/// <summary>How long slices had so many copies that exist, and how that ended.</summary>
internal sealed class ChurnStays
{
    /// <summary>More copies than that count as so many.</summary>
    public const int Most = 15;

    private readonly long[] _ms = new long[Most + 1], _made = new long[Most + 1];

    /// <summary>A stay at so many copies ends after so long, with one more or one less.</summary>
    public void Add(int copies, long ms, int by)
    {
        var at = Math.Min(copies, Most);
        _ms[at] += ms;
        if (by > 0 && ms > 0) _made[at]++;
    }

    public void Add(ChurnStays other)
    {
        for (var copies = 0; copies <= Most; copies++)
        {
            _ms[copies] += other._ms[copies];
            _made[copies] += other._made[copies];
        }
    }

    /// <summary>Hours at so many copies, over all slices.</summary>
    public long Hours(int copies) => _ms[Math.Min(copies, Most)] / ChurnSetting.Hour;

    /// <summary>Days until one more was made, on average: all days at so many copies by the copies made then.</summary>
    public double MeanDays(int copies) => _made[Math.Min(copies, Most)] is > 0 and var made
        ? (double)_ms[Math.Min(copies, Most)] / ChurnSetting.Day / made : double.PositiveInfinity;
}
