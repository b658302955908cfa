using System.Globalization;
using WeightSwarm.Simulation.Reports;

namespace WeightSwarm.Simulation.Durability;

/// <summary>durability [--seeds A..B] [--jobs N]: the chance of loss as health tells it, beside losses that are
/// counted.</summary>
internal static class DurabilityRun
{
    /// <summary>
    /// What was counted may be so many times, or one part in so many, of what the chain says with the days that repairs
    /// took; docs/durability.md says why.
    /// </summary>
    public const double MostOff = 2;

    private static readonly DurabilitySetting[] _settings =
    [
        new(2, 30, 90, 4_000, 300), new(2, 60, 180, 4_000, 300), new(3, 10, 60, 4_000, 300),
        new(3, 20, 120, 4_000, 300), new(4, 10, 60, 4_000, 300), new(5, 10, 60, 4_000, 300),
    ];

    /// <summary>0: the chain is right with the days measured; 1: once it is not; 2: wrong arguments.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter errors)
    {
        if (RunOptions.Parse(args, out _) is not { } options)
        {
            errors.WriteLine("usage: tests/simulate durability [--seeds A..B] [--jobs N]");
            return 2;
        }
        output.WriteLine("slices lost, of 4,000 among 300 nodes; ratio: counted / predicted");
        output.WriteLine("  N  life  days     predicted         counted     ratio   with the days measured   ratio");
        var isOff = false;
        foreach (var setting in _settings)
        {
            var result = DurabilityTrial.Run(setting, options.FirstSeed, options.LastSeed, options.Jobs);
            output.WriteLine(Line(setting, result));
            output.WriteLine(Days(setting, result));
            output.Flush();
            isOff |= !result.IsNear || result.Counted > MostOff * result.ByTable;
        }
        return isOff ? 1 : 0;
    }

    private static string Line(DurabilitySetting setting, DurabilityResult result) => string.Create(
        CultureInfo.InvariantCulture,
        $"{setting.Copies,3}{setting.LifeDays,6}{setting.Days,6}{result.ByTable,14:0.0}{result.Counted,10:0.0} ± " +
        $"{result.PlusMinus,-5:0.0}{result.Counted / result.ByTable,7:0.00}{result.ByStays,25:0.0}" +
        $"{result.Counted / result.ByStays,8:0.00}");

    private static string Days(DurabilitySetting setting, DurabilityResult result) =>
        "     days to one more, table and measured: " + string.Join("; ", Enumerable.Range(1, setting.Copies)
            .Select(k => string.Create(CultureInfo.InvariantCulture,
                $"at {k} {RepairTimes.MeanDays(setting.Copies, k):0.##} {result.Stays.MeanDays(k):0.00}")));
}
