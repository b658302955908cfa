using WeightSwarm.Core;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.World;

/// <summary>What survives the end of a node's process: its sequence, its kept records and its slices.</summary>
internal sealed class SimDisk(long quotaBytes) : ISequence
{
    private ulong _lastSeq;

    /// <summary>Kept records by register.</summary>
    public SortedDictionary<RecordKey, Record> Records { get; } = [];

    /// <summary>
    /// Slices of which every byte is good, with the bytes that each takes of the donation (0: in place).
    /// </summary>
    public SortedDictionary<(Hash256 Model, int Slice), long> Intact { get; } = [];

    /// <summary>Slices that were given up and are not deleted yet, with the bytes that each takes.</summary>
    public SortedDictionary<(Hash256 Model, int Slice), long> Trash { get; } = [];

    /// <summary>Bytes donated.</summary>
    public long QuotaBytes { get; set; } = quotaBytes;

    /// <summary>Bytes of the donation that finished slices and the trash take.</summary>
    public long UsedBytes => Intact.Values.Sum() + Trash.Values.Sum();

    public bool Has(Hash256 model, int slice) => Intact.ContainsKey((model, slice));

    public ulong Next(long unixMs) => _lastSeq = Math.Max(_lastSeq + 1, (ulong)unixMs);

    public void JumpAbove(ulong seq) => _lastSeq = Math.Max(_lastSeq, seq);

    public void Keep(Record record) => Records[record.Key] = record;

    public void Forget(Record record)
    {
        if (Records.TryGetValue(record.Key, out var kept) && kept.Id == record.Id) Records.Remove(record.Key);
    }
}
