using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.World;

/// <summary>What survives the end of a node's process: its sequence, its kept records and its slices.</summary>
internal sealed partial class SimDisk(Registers registers, long quotaBytes) : ISequence
{
    private const int MostReached = 64;

    private readonly Dictionary<NodeId, long> _met = [];
    private Record?[] _records = [];
    private EarlierRun _earlier = new();
    private readonly List<Anchor> _reached = [];

    /// <summary>The disk of a node that is alone.</summary>
    public SimDisk(long quotaBytes)
        : this(new Registers(), quotaBytes)
    {
    }

    /// <summary>What the next run is told of the others.</summary>
    public EarlierRun Earlier => _earlier with
    {
        Known = [.. _met.Select(m => (m.Key, m.Value))],
        Reached = [.. _reached.AsEnumerable().Reverse()],
    };

    public void Keep(IReadOnlyList<Anchor> anchors) => _earlier = _earlier with { Anchors = [.. anchors] };

    /// <summary>Keeps the last 64, the latest at the end.</summary>
    public void Reached(Anchor peer)
    {
        if (_reached.FindIndex(r => r.Node == peer.Node) is >= 0 and var known) _reached.RemoveAt(known);
        else if (_reached.Count == MostReached) _reached.RemoveAt(0);
        _reached.Add(peer);
    }

    public void Meet(NodeId node, long unixMs) => _met.TryAdd(node, unixMs);

    /// <summary>What audits found.</summary>
    public SortedDictionary<CopyKey, CopyAudits> Audits { get; } = [];

    public void Keep(CoreOutput.AuditsKept kept)
    {
        if (kept.Audits is { } audits) Audits[kept.Copy] = audits;
        else Audits.Remove(kept.Copy);
    }

    /// <summary>The largest number given out or jumped over.</summary>
    public ulong LastSeq { get; set; }

    /// <summary>Kept records, ordered by register.</summary>
    public IEnumerable<Record> Records => _records.OfType<Record>().OrderBy(r => r.Key);

    /// <summary>
    /// Slices of which every byte is good, with the bytes that each takes of the donation (0: in place).
    /// </summary>
    public SliceStore Intact { get; } = new();

    /// <summary>Slices that were given up and are not deleted yet, with the bytes that each takes.</summary>
    public SliceStore Trash { get; } = new();

    /// <summary>Bytes donated.</summary>
    public long QuotaBytes { get; set; } = quotaBytes;

    /// <summary>Bytes of the donation that finished slices, parts of others and the trash take.</summary>
    public long UsedBytes => Intact.Bytes + Trash.Bytes + Parts.Values.Sum();

    /// <summary>What may lie in it: the quota, or after its owner made that smaller, what lay in it then.</summary>
    public long MostBytes { get; set; }

    public bool Has(Hash256 model, int slice) => Intact.Contains((model, slice));

    public ulong Next(long unixMs)
    {
        Given(LastSeq);
        return LastSeq = Math.Max(LastSeq + 1, (ulong)unixMs);
    }

    public void JumpAbove(ulong seq)
    {
        Given(LastSeq);
        LastSeq = Math.Max(LastSeq, seq);
    }

    public void Keep(Record record)
    {
        ref var kept = ref registers.At(ref _records, record.Key);
        Kept(record.Key, kept);
        kept = record;
    }

    public void Forget(Record record)
    {
        ref var kept = ref registers.At(ref _records, record.Key);
        if (kept?.Id != record.Id) return;
        Kept(record.Key, kept);
        kept = null;
    }

    /// <summary>The kept record of a register, or null.</summary>
    public Record? Find(RecordKey key) => registers.At(ref _records, key);

    /// <summary>Other records and another sequence take the place of these, as when a backup is put back.</summary>
    public void PutBack(IReadOnlyCollection<Record> records, ulong lastSeq)
    {
        Array.Clear(_records);
        foreach (var record in records) Keep(record);
        LastSeq = lastSeq;
    }
}
