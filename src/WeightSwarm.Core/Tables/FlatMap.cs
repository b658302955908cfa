namespace WeightSwarm.Core.Tables;

/// <summary>
/// A hash map in a few flat arrays: what a node keeps of every author and every record is looked up far more often than
/// anything else. It cannot be enumerated, so nothing can come to depend on an order. Who makes the keys does not know
/// the salt, and so cannot choose keys that collide.
/// </summary>
internal sealed class FlatMap<TKey, TValue>(ulong salt) where TKey : struct, IEquatable<TKey>
{
    private readonly SlotIndex _index = new();
    private (TKey Key, TValue Value)[] _slots = new (TKey, TValue)[4];

    public int Count { get; private set; }

    /// <summary>The value of a key, or the default.</summary>
    public TValue? Find(TKey key) => SlotOf(key, HashOf(key)) is >= 0 and var slot ? _slots[slot].Value : default;

    public bool TryGetValue(TKey key, out TValue value)
    {
        var slot = SlotOf(key, HashOf(key));
        value = slot < 0 ? default! : _slots[slot].Value;
        return slot >= 0;
    }

    /// <summary>The place of a key's value, made with the default if there was none.</summary>
    public ref TValue At(TKey key)
    {
        var hash = HashOf(key);
        var slot = SlotOf(key, hash);
        if (slot >= 0) return ref _slots[slot].Value;
        if (Count == _slots.Length) Array.Resize(ref _slots, Count + Count / 2);
        _index.Add(hash, Count);
        _slots[Count] = (key, default!);
        return ref _slots[Count++].Value;
    }

    public bool Remove(TKey key)
    {
        var hash = HashOf(key);
        var slot = SlotOf(key, hash);
        if (slot >= 0) RemoveAt(slot, hash);
        return slot >= 0;
    }

    /// <summary>How many values a condition, which sees each once, holds for.</summary>
    public int CountWhere(Func<TValue, bool> condition)
    {
        var count = 0;
        for (var slot = 0; slot < Count; slot++)
            if (condition(_slots[slot].Value))
                count++;
        return count;
    }

    /// <summary>Removes whatever the condition, which sees each once, holds for.</summary>
    public void RemoveWhere(Func<TKey, TValue, bool> condition)
    {
        for (var slot = Count - 1; slot >= 0; slot--)
            if (condition(_slots[slot].Key, _slots[slot].Value))
                RemoveAt(slot, HashOf(_slots[slot].Key));
    }

    private void RemoveAt(int slot, uint hash)
    {
        _index.Remove(hash, slot);
        var last = --Count;
        if (slot != last)
        {
            _index.Move(HashOf(_slots[last].Key), last, slot);
            _slots[slot] = _slots[last];
        }
        _slots[last] = default;
    }

    private int SlotOf(TKey key, uint hash)
    {
        SlotIndex.Place place = default;
        for (int slot; (slot = _index.Next(hash, ref place)) >= 0;)
            if (_slots[slot].Key.Equals(key))
                return slot;
        return -1;
    }

    private uint HashOf(TKey key) => (uint)(SplitMix64.Mix(salt ^ (uint)key.GetHashCode()) >> 32);
}
