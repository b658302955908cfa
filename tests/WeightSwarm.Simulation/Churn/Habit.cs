using WeightSwarm.Core;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.Churn;

/// <summary>
/// When one machine is on. It depends on the seed and the machine alone, so that every policy of a run meets the same
/// comings and goings. A home computer is on for 8 to 15 hours a day, an hour more or less, and stays off for a holiday
/// of 4 to 14 days twice a year; one that is always on has an outage a month, nine in ten of them under four hours.
/// Lives are exponential.
/// </summary>
internal sealed class Habit
{
    private const int HolidaysPerYear = 2;
    private readonly SplitMix64 _random;
    private readonly long _hoursMs, _firstMs, _diesMs;
    private long _day;

    /// <param name="seed">Of this machine.</param>
    /// <param name="setting">Of the run.</param>
    /// <param name="bornMs">When it joins.</param>
    public Habit(ulong seed, ChurnSetting setting, long bornMs)
    {
        _random = new SplitMix64(seed);
        IsAlwaysOn = _random.Below(100) < setting.AlwaysOnPercent;
        _hoursMs = ChurnSetting.Hour * 8 + _random.Below(7 * ChurnSetting.Hour);
        _firstMs = _random.Below(ChurnSetting.Day);
        _day = bornMs / ChurnSetting.Day - 1;
        _diesMs = bornMs + Exponential(IsAlwaysOn ? setting.AlwaysOnLifeMs : setting.HomeLifeMs);
    }

    public bool IsAlwaysOn { get; }

    /// <summary>When it goes for good, whether or not it is on then.</summary>
    public long DiesMs => _diesMs;

    /// <summary>The next time on, from a moment on: beginning and end.</summary>
    public (long OnMs, long OffMs) Next(long fromMs)
    {
        if (IsAlwaysOn)
        {
            var on = fromMs == 0 ? 0 : fromMs + OutageMs();
            return (on, on + Exponential(30 * ChurnSetting.Day));
        }
        while (true)
        {
            _day++;
            if (_random.Below(365) < HolidaysPerYear) _day += 4 + _random.Below(11);
            var on = _day * ChurnSetting.Day + _firstMs + AnHour();
            var off = on + _hoursMs + AnHour();
            if (off > fromMs) return (Math.Max(on, fromMs), off);
        }
    }

    private long OutageMs() => _random.Below(10) < 9
        ? 5 * ChurnSetting.Minute + _random.Below(4 * ChurnSetting.Hour)
        : 4 * ChurnSetting.Hour + _random.Below(44 * ChurnSetting.Hour);

    /// <summary>Up to half an hour early or late.</summary>
    private long AnHour() => _random.Below(ChurnSetting.Hour) - ChurnSetting.Hour / 2;

    // The binary logarithm times ln 2 = 0.693147.
    private long Exponential(long meanMs) =>
        (long)((Int128)NegLog2.Of(_random.Next()) * meanMs * 693_147 / 1_000_000 >> NegLog2.FractionBits);
}
