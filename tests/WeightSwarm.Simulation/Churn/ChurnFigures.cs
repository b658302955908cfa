namespace WeightSwarm.Simulation.Churn;

/// <summary>What one run came to. Durations in milliseconds.</summary>
internal sealed class ChurnFigures
{
    private readonly long[] _copies = new long[64];
    private readonly List<long> _started = [];
    private long _copiesSeen, _slicesSeen;

    public ChurnStays Stays { get; } = new();
    public long Lost { get; set; }
    /// <summary>Of the lost ones, those of which every holder was hit in the same moment.</summary>
    public long LostAtOnce { get; set; }
    public long DestroyedBytes { get; set; }
    public long RepairedBytes { get; set; }
    public long WastedBytes { get; set; }
    public long Begun { get; private set; }
    public long Done { get; set; }
    public long GivenUp { get; set; }
    public long Trimmed { get; set; }
    public long TrimsWithdrawn { get; set; }
    public long UnreachableMs { get; set; }
    public List<long> ClaimDelays0 { get; } = [];
    public List<long>[] Repairs { get; } = [[], [], [], []];
    public List<(long AtMs, int Share)> Fill { get; } = [];
    /// <summary>When every slice had its copies again after the story; null: not yet.</summary>
    public long? HealedMs { get; set; }
    public long? SurplusAfterStory { get; set; }

    public void Started(long nowMs)
    {
        Begun++;
        var day = (int)(nowMs / ChurnSetting.Day);
        while (_started.Count <= day) _started.Add(0);
        _started[day]++;
    }

    /// <summary>Copies that exist, over all slices, once a day.</summary>
    public void Count(IEnumerable<ChurnSlice> slices)
    {
        foreach (var slice in slices)
        {
            _copies[Math.Min(slice.Alive, _copies.Length - 1)]++;
            _copiesSeen += slice.Alive;
            _slicesSeen++;
        }
    }

    public long MeanCopiesHundredths => _slicesSeen == 0 ? 0 : 100 * _copiesSeen / _slicesSeen;

    public int CopiesAt(int percent)
    {
        var left = (_slicesSeen * percent + 99) / 100;
        for (var copies = 0; copies < _copies.Length; copies++)
            if ((left -= _copies[copies]) <= 0)
                return copies;
        return _copies.Length;
    }

    /// <summary>The busiest day, and an ordinary one: the fetches that began in them.</summary>
    public (long Peak, long Median) PerDay()
    {
        var days = _started.Order().ToList();
        return days.Count == 0 ? (0, 0) : (days[^1], days[days.Count / 2]);
    }

    public static long At(List<long> values, int percent)
    {
        if (values.Count == 0) return -1;
        var sorted = values.Order().ToList();
        return sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];
    }
}
