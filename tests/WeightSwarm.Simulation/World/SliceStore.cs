using WeightSwarm.Core;

namespace WeightSwarm.Simulation.World;

/// <summary>Slices on a disk, with the bytes that each takes of the donation.</summary>
internal sealed class SliceStore
{
    private readonly SortedDictionary<(Hash256 Model, int Slice), long> _slices = [];

    /// <summary>Told of every slice that comes (true) or goes.</summary>
    public Action<Hash256, int, bool>? Changed { get; set; }

    public int Count => _slices.Count;
    public long Bytes { get; private set; }
    public IReadOnlyCollection<(Hash256 Model, int Slice)> Keys => _slices.Keys;
    public long this[(Hash256 Model, int Slice) key] => _slices[key];

    public bool Contains((Hash256 Model, int Slice) key) => _slices.ContainsKey(key);

    public void Add((Hash256 Model, int Slice) key, long bytes)
    {
        _slices.Add(key, bytes);
        Bytes += bytes;
        Changed?.Invoke(key.Model, key.Slice, true);
    }

    public bool Remove((Hash256 Model, int Slice) key) => Remove(key, out _);

    public bool Remove((Hash256 Model, int Slice) key, out long bytes)
    {
        if (!_slices.Remove(key, out bytes)) return false;
        Bytes -= bytes;
        Changed?.Invoke(key.Model, key.Slice, false);
        return true;
    }
}
