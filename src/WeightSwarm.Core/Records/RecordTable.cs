using System.Numerics;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Tables;

namespace WeightSwarm.Core.Records;

/// <summary>
/// The records of a set with the ends of their leases, found by register and by id: some 40 bytes each beside the
/// records themselves, which many sets in one process share.
/// </summary>
internal sealed class RecordTable(ulong salt)
{
    private readonly SlotIndex _byKey = new(), _byId = new();
    private Record[] _records = new Record[16];
    private long[] _endsMs = new long[16];

    public int Count { get; private set; }

    /// <summary>Before then (monotonic) no lease ends.</summary>
    public long NextEndMs { get; private set; } = long.MaxValue;

    /// <summary>Every record, in no order.</summary>
    public ReadOnlySpan<Record> All => _records.AsSpan(0, Count);

    public Record? Find(in RecordKey key) => SlotOf(key) is >= 0 and var slot ? _records[slot] : null;

    /// <summary>The value of a register and the end of its lease, or null.</summary>
    public Record? Find(in RecordKey key, out long endsMs)
    {
        var slot = SlotOf(key);
        endsMs = slot < 0 ? long.MinValue : _endsMs[slot];
        return slot < 0 ? null : _records[slot];
    }

    public Record? Find(in Hash256 id)
    {
        SlotIndex.Place place = default;
        for (int slot; (slot = _byId.Next(HashOf(id), ref place)) >= 0;)
            if (_records[slot].Id == id)
                return _records[slot];
        return null;
    }

    /// <summary>A record whose id begins with these eight bytes, or null.</summary>
    public Record? FindShort(ulong prefix)
    {
        SlotIndex.Place place = default;
        for (int slot; (slot = _byId.Next(HashOf(prefix), ref place)) >= 0;)
            if (_records[slot].Id.Prefix == prefix)
                return _records[slot];
        return null;
    }

    /// <summary>Gives the records of an author that can be renewed, and whose ids begin with these eight bytes, other
    /// ends.</summary>
    public void MoveEnds(ulong prefix, NodeId author, Func<Record, long, long> endOf)
    {
        SlotIndex.Place place = default;
        for (int slot; (slot = _byId.Next(HashOf(prefix), ref place)) >= 0;)
        {
            var record = _records[slot];
            if (record.Id.Prefix != prefix || record.Author != author || !Renewals.MayRenew(record.Kind)) continue;
            _endsMs[slot] = endOf(record, _endsMs[slot]);
            NextEndMs = Math.Min(NextEndMs, _endsMs[slot]);
        }
    }

    /// <summary>Puts a record into its register; answers the one that it takes the place of.</summary>
    public Record? Put(Record record, long endsMs)
    {
        NextEndMs = Math.Min(NextEndMs, endsMs);
        var slot = SlotOf(record.Key);
        var old = slot < 0 ? null : _records[slot];
        if (old is null) _byKey.Add(HashOf(record.Key), slot = NewSlot());
        else _byId.Remove(HashOf(old.Id), slot);
        _byId.Add(HashOf(record.Id), slot);
        (_records[slot], _endsMs[slot]) = (record, endsMs);
        return old;
    }

    /// <summary>Empties a register; answers what was there.</summary>
    public Record? Remove(in RecordKey key)
    {
        var slot = SlotOf(key);
        if (slot < 0) return null;
        var old = _records[slot];
        _byKey.Remove(HashOf(key), slot);
        _byId.Remove(HashOf(old.Id), slot);
        if (slot != --Count) MoveLast(slot);
        _records[Count] = null!;
        return old;
    }

    /// <summary>The records whose leases are over, in the order in which they ended.</summary>
    public List<Record> Ended(long nowMs)
    {
        List<(long EndsMs, Record Record)> ended = [];
        NextEndMs = long.MaxValue;
        for (var slot = 0; slot < Count; slot++)
            if (_endsMs[slot] <= nowMs) ended.Add((_endsMs[slot], _records[slot]));
            else NextEndMs = Math.Min(NextEndMs, _endsMs[slot]);
        ended.Sort(static (a, b) => a.EndsMs != b.EndsMs
            ? a.EndsMs.CompareTo(b.EndsMs) : a.Record.Key.CompareTo(b.Record.Key));
        return ended.ConvertAll(static e => e.Record);
    }

    private int NewSlot()
    {
        if (Count == _records.Length)
        {
            Array.Resize(ref _records, Count + Count / 2);
            Array.Resize(ref _endsMs, Count + Count / 2);
        }
        return Count++;
    }

    private void MoveLast(int to)
    {
        var record = _records[Count];
        _byKey.Move(HashOf(record.Key), Count, to);
        _byId.Move(HashOf(record.Id), Count, to);
        (_records[to], _endsMs[to]) = (record, _endsMs[Count]);
    }

    private int SlotOf(in RecordKey key)
    {
        SlotIndex.Place place = default;
        for (int slot; (slot = _byKey.Next(HashOf(key), ref place)) >= 0;)
            if (_records[slot].Key == key)
                return slot;
        return -1;
    }

    private uint HashOf(in Hash256 id) => HashOf(id.Prefix);

    private uint HashOf(ulong prefix) => (uint)(SplitMix64.Mix(salt ^ prefix) >> 32);

    private uint HashOf(in RecordKey key) => (uint)(SplitMix64.Mix(
        salt ^ key.Author.Hash.Prefix ^ BitOperations.RotateLeft(key.Subject.Prefix, 32) ^
        (ulong)key.Kind << 16) >> 32);
}
