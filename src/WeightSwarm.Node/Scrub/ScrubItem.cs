using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Scrub;

/// <summary>A slice that lies on a disk, as the schedule sees it.</summary>
/// <param name="Key">Which model, and where.</param>
/// <param name="Slice">Which slice.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="VerifiedMs">Unix milliseconds: it was fetched or added, and verified then.</param>
/// <param name="ReadMs">Unix milliseconds of its last reading; 0: before all others; null: none yet.</param>
public sealed record ScrubItem(LocalModelKey Key, int Slice, long Bytes, long VerifiedMs, long? ReadMs)
{
    /// <summary>When every byte of it was last known to be right, Unix milliseconds.</summary>
    public long LastMs => ReadMs is > 0 ? Math.Max(ReadMs.Value, VerifiedMs) : VerifiedMs;
}
