using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Simulation.Churn;

/// <summary>The figures of a run by name, in whole numbers; the unit stands in the name.</summary>
internal static class ChurnReport
{
    /// <summary>Held slices per node that was there from the start: mean, and spread in per mille of it.</summary>
    public static (long MeanHundredths, long SpreadPerMille) FillOf(ChurnWorld world)
    {
        var held = world.Nodes.Where(n => !n.Dead).Select(n => (long)n.Held.Count).ToList();
        var mean = 100 * held.Sum() / Math.Max(1, held.Count);
        var variance = held.Sum(h => (100 * h - mean) * (100 * h - mean)) / Math.Max(1, held.Count);
        return (mean, mean == 0 ? 0 : 1_000 * Root(variance) / mean);
    }

    public static SortedDictionary<string, long> Of(
        ChurnWorld world, (long MeanHundredths, long SpreadPerMille) begin)
    {
        var f = world.Figures;
        var (peak, median) = f.PerDay();
        var end = FillOf(world);
        var sliceMs = (Int128)world.Setting.Slices * world.NowMs;
        return new SortedDictionary<string, long>(StringComparer.Ordinal)
        {
            ["slices lost"] = f.Lost,
            ["slices lost at one blow"] = f.LostAtOnce,
            ["copies destroyed"] = f.DestroyedBytes / ChurnSetting.SliceBytes,
            ["copies made"] = f.Done,
            ["traffic / destroyed, per mille"] =
                (long)((Int128)f.RepairedBytes * 1_000 / Math.Max(1, f.DestroyedBytes)),
            ["fetches given up"] = f.GivenUp,
            ["mean copies, hundredths"] = f.MeanCopiesHundredths,
            ["copies p99"] = f.CopiesAt(99),
            ["copies most"] = f.CopiesAt(100),
            ["0 online, per million of slice-hours"] = (long)(f.UnreachableMs * (Int128)1_000_000 / sliceMs),
            ["U0 claims"] = f.ClaimDelays0.Count,
            ["U0 claim p50 ms"] = ChurnFigures.At(f.ClaimDelays0, 50),
            ["U0 claim p99 ms"] = ChurnFigures.At(f.ClaimDelays0, 99),
            ["U0 repaired p99 s"] = ChurnFigures.At(f.Repairs[(int)Urgency.U0], 99) / ChurnSetting.Second,
            ["U0 repaired most s"] = ChurnFigures.At(f.Repairs[(int)Urgency.U0], 100) / ChurnSetting.Second,
            ["U1 repaired p99 s"] = ChurnFigures.At(f.Repairs[(int)Urgency.U1], 99) / ChurnSetting.Second,
            ["U2 repaired p99 s"] = ChurnFigures.At(f.Repairs[(int)Urgency.U2], 99) / ChurnSetting.Second,
            ["fetches per day, median"] = median,
            ["fetches per day, peak"] = peak,
            ["trimmed"] = f.Trimmed,
            ["trims withdrawn"] = f.TrimsWithdrawn,
            ["slices per node, hundredths"] = end.MeanHundredths,
            ["spread at the start, per mille"] = begin.SpreadPerMille,
            ["spread at the end, per mille"] = end.SpreadPerMille,
            ["h to N copies after the story"] = f.HealedMs is { } healed ? healed / ChurnSetting.Hour : -1,
            ["copies most 14 d after the story"] = f.SurplusAfterStory ?? -1,
            ["slice-hours with one copy left"] = f.Stays.Hours(1),
            ["events"] = world.Events,
        };
    }

    private static long Root(long square)
    {
        long low = 0, high = 1L << 31;
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (middle * middle <= square) low = middle;
            else high = middle - 1;
        }
        return low;
    }
}
