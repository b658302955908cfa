using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Scrub;

/// <summary>One volume: what of it is to be read, what is being read, and when it may be read on.</summary>
internal sealed class ScrubLane
{
    public Dictionary<(LocalModelKey Key, int Slice), HeldModel> Models { get; } = [];
    public List<ScrubItem> Items { get; } = [];

    /// <summary>Of all of it.</summary>
    public long Bytes => Items.Sum(item => item.Bytes);

    /// <summary>It had faults lately.</summary>
    public bool IsSuspect { get; set; }

    public SliceReading? Reading { get; set; }

    /// <summary>When the slice that is being read was due, Unix milliseconds.</summary>
    public long DueMs { get; set; }

    /// <summary>On the monotonic clock, milliseconds: before that the disk is left alone.</summary>
    public long NotBeforeMs { get; set; }

    public void Add(HeldModel model, int slice, SliceReadTime? read)
    {
        Models[(model.Key, slice)] = model;
        Items.Add(new ScrubItem(
            model.Key, slice, model.Content.Entry.SliceBytes(slice), read?.VerifiedMs ?? 0,
            model.Doubted.Contains(slice) ? 0 : read?.ReadMs));
    }

    /// <summary>
    /// Drops a reading of what is no longer here, or has come into doubt since; false: nothing is left.
    /// </summary>
    public bool Tidy()
    {
        if (Reading is { } at && (!Models.TryGetValue((at.Model.Key, at.Slice), out var now)
            || now.Doubted.Contains(at.Slice) && !at.Model.Doubted.Contains(at.Slice) && at.Finding.Bad.IsEmpty))
            Reading = null;
        return Items.Count > 0;
    }

    /// <summary>The slice was read to its end, and is right.</summary>
    public void Right(SliceReading reading)
    {
        var at = Items.FindIndex(item => item.Key == reading.Model.Key && item.Slice == reading.Slice);
        if (at >= 0) Items[at] = Items[at] with { ReadMs = reading.StartedMs };
    }

    public void Clear()
    {
        Models.Clear();
        Items.Clear();
        IsSuspect = false;
    }
}
