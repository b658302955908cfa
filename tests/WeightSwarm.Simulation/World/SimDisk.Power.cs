using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// What becomes of a disk when the power or the store is lost. The store's word and the bytes go ways of their own: a
/// slice may be called verified and be gone, or be there and known to nobody.
/// </summary>
internal sealed partial class SimDisk
{
    /// <summary>As the daemon's store has it: what was verified so long before the last one is in doubt.</summary>
    private const long DoubtMs = 10 * 60_000;

    private readonly SortedDictionary<(Hash256 Model, int Slice), long> _verifiedMs = [];
    private LyingCache? _lyingFiles, _lyingStore;
    private bool _lostPower;

    /// <summary>The time of the world, ms.</summary>
    public Func<long> NowMs { get; init; } = () => 0;

    /// <summary>From now on it says that it has flushed what it has not.</summary>
    public void Lie() => (_lyingFiles, _lyingStore) = (new LyingCache(), new LyingCache());

    public bool Lies => _lyingFiles is not null;

    /// <summary>It has said of some slice that it is written, and may lose it yet.</summary>
    public bool HidesSlices => _lyingFiles?.Count(NowMs()) > 0;

    /// <summary>The volume of the donation is there.</summary>
    public bool Mounted { get; set; } = true;

    /// <summary>The volume has no space left, whatever the quota says.</summary>
    public bool IsFull { get; set; }

    /// <summary>Right bytes of slices that are not whole, left by fetches that were cut short.</summary>
    public SortedDictionary<(Hash256 Model, int Slice), long> Parts { get; } = [];

    /// <summary>Called verified by the store, and gone.</summary>
    public SortedSet<(Hash256 Model, int Slice)> Vanished { get; } = [];

    /// <summary>Whole, and unknown to the store.</summary>
    public SortedSet<(Hash256 Model, int Slice)> Unknown { get; } = [];

    /// <summary>By the store's own word to be read before they are advertised again.</summary>
    public SortedSet<(Hash256 Model, int Slice)> Doubted { get; } = [];

    /// <summary>The store was lost: it does not know which models lie in which folders.</summary>
    public bool HasNewStore { get; private set; }

    /// <summary>A slice may be served: its bytes are there and vouched for, be it in the trash.</summary>
    public bool Serves((Hash256 Model, int Slice) key) => Reaches(key) && (Trash.Contains(key) ||
        Intact.Contains(key) && !Doubted.Contains(key) && !Unknown.Contains(key));

    /// <summary>Not on a volume that is away; files in place are on another one.</summary>
    public bool Reaches((Hash256 Model, int Slice) key) => Mounted || Intact.Contains(key) && Intact[key] == 0;

    /// <summary>What the store calls verified and not in doubt, whether or not it is there.</summary>
    public IEnumerable<(Hash256 Model, int Slice)> Recorded =>
        Intact.Keys.Concat(Vanished).Where(key => !Unknown.Contains(key) && !Doubted.Contains(key)).Order();

    /// <summary>Every piece is right and flushed; the store records it, and only then may anybody be told.</summary>
    public void Secure((Hash256 Model, int Slice) key, long bytes, long unixMs, SplitMix64 random)
    {
        Intact.Add(key, bytes);
        Verified(key, unixMs);
        _lyingFiles?.Said(NowMs(), () =>
        {
            if (!Intact.Remove(key)) return;
            Parts[key] = random.Below(bytes);
            if (!Unknown.Remove(key)) Vanished.Add(key);
        });
        _lyingStore?.Said(NowMs(), () =>
        {
            if (!Vanished.Remove(key) && Intact.Contains(key)) Unknown.Add(key);
        });
    }

    /// <summary>The store says so, from now on.</summary>
    public void Verified((Hash256 Model, int Slice) key, long unixMs)
    {
        _verifiedMs[key] = unixMs;
        Unknown.Remove(key);
        Doubted.Remove(key);
    }

    /// <summary>A slice was read and is not right; it is no longer called verified.</summary>
    public void NotRight((Hash256 Model, int Slice) key)
    {
        Doubted.Remove(key);
        Vanished.Remove(key);
    }

    public void LosePower(SplitMix64 random)
    {
        _lostPower = true;
        _lyingFiles?.LoseAny(NowMs(), random);
        _lyingStore?.LoseEnd(NowMs(), random);
    }

    /// <summary>The database is deleted, or damaged and put aside: all that it said is gone, and no byte is.</summary>
    public void LoseStore()
    {
        Array.Clear(_records);
        (LastSeq, _earlier, HasNewStore) = (0, new EarlierRun(), true);
        _reached.Clear();
        Audits.Clear();
        _met.Clear();
        _verifiedMs.Clear();
        Doubted.Clear();
        Vanished.Clear();
        foreach (var key in Trash.Keys.ToList())
        {
            Trash.Remove(key, out var bytes);
            Intact.Add(key, bytes);
        }
        Unknown.UnionWith(Intact.Keys);
    }

    /// <summary>
    /// What the daemon's store does when it is opened: after the power has failed, what was verified shortly before is
    /// withdrawn and to be read. Files in place are not this program's.
    /// </summary>
    public void Open()
    {
        if (!_lostPower) return;
        _lostPower = false;
        var recorded = Recorded.Where(_verifiedMs.ContainsKey).ToList();
        var last = recorded.Select(key => _verifiedMs[key]).DefaultIfEmpty().Max();
        foreach (var key in recorded)
            if (_verifiedMs[key] >= last - DoubtMs && (!Intact.Contains(key) || Intact[key] > 0))
                Doubted.Add(key);
    }

    private void Kept(RecordKey key, Record? before)
    {
        if (_lyingStore is not null) KeptByALiar(key, before);
    }

    private void KeptByALiar(RecordKey key, Record? before) =>
        _lyingStore!.Said(NowMs(), () => registers.At(ref _records, key) = before);

    private void Given(ulong before)
    {
        if (_lyingStore is not null) GivenByALiar(before);
    }

    private void GivenByALiar(ulong before) => _lyingStore!.Said(NowMs(), () => LastSeq = before);
}
