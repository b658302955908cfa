namespace WeightSwarm.Core.Tables;

/// <summary>
/// Finds the numbered slots of a table by the hash of what is in them: open addressing with linear probing, eight bytes
/// per entry, no tombstones. It keeps hashes and numbers only; its owner compares what is in a slot. It has no order.
/// </summary>
internal sealed class SlotIndex
{
    private const int Least = 8;

    // The hash above, the slot plus one below; 0 where there is none.
    private ulong[] _entries = new ulong[Least];
    private int _count;

    /// <summary>
    /// The first slot under a hash at or after a place, which is moved on behind it; -1 when there is none any more.
    /// </summary>
    public int Next(uint hash, ref Place place)
    {
        var mask = _entries.Length - 1;
        for (var at = place.At(hash) & mask; _entries[at] is var entry and not 0; at = at + 1 & mask)
        {
            if ((uint)(entry >> 32) != hash) continue;
            place = Place.After(at);
            return (int)(uint)entry - 1;
        }
        return -1;
    }

    public void Add(uint hash, int slot)
    {
        if (++_count * 4 > _entries.Length * 3) Grow();
        Insert((ulong)hash << 32 | (uint)(slot + 1));
    }

    public void Remove(uint hash, int slot)
    {
        var mask = _entries.Length - 1;
        var hole = Find(hash, slot);
        _count--;
        for (var at = hole + 1 & mask; _entries[at] is var entry and not 0; at = at + 1 & mask)
        {
            // What stands at or before its home, seen from the hole, stays.
            if ((at - (int)(entry >> 32) & mask) < (at - hole & mask)) continue;
            _entries[hole] = entry;
            hole = at;
        }
        _entries[hole] = 0;
    }

    /// <summary>What is in one slot has moved to another.</summary>
    public void Move(uint hash, int from, int to) => _entries[Find(hash, from)] = (ulong)hash << 32 | (uint)(to + 1);

    private int Find(uint hash, int slot)
    {
        var (mask, wanted) = (_entries.Length - 1, (ulong)hash << 32 | (uint)(slot + 1));
        var at = (int)hash & mask;
        while (_entries[at] != wanted) at = at + 1 & mask;
        return at;
    }

    private void Insert(ulong entry)
    {
        var mask = _entries.Length - 1;
        var at = (int)(entry >> 32) & mask;
        while (_entries[at] != 0) at = at + 1 & mask;
        _entries[at] = entry;
    }

    private void Grow()
    {
        var old = _entries;
        _entries = new ulong[2 * old.Length];
        foreach (var entry in old)
            if (entry != 0)
                Insert(entry);
    }

    /// <summary>Where a search stands; the default is its beginning.</summary>
    internal readonly struct Place
    {
        private readonly int _next;

        private Place(int next) => _next = next;

        public static Place After(int at) => new(at + 2);

        public int At(uint hash) => _next == 0 ? (int)hash : _next - 1;
    }
}
