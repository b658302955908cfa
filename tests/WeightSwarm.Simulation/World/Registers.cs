using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// Numbers all registers of the world in the order of their first mention, so that what is kept for each of them and
/// each node stands in plain arrays.
/// </summary>
internal sealed class Registers
{
    private readonly Dictionary<RecordKey, int> _numbers = [];
    private readonly List<RecordKey> _keys = [];

    public RecordKey this[int number] => _keys[number];

    public int NumberOf(RecordKey key)
    {
        if (_numbers.TryGetValue(key, out var number)) return number;
        _keys.Add(key);
        _numbers.Add(key, number = _keys.Count - 1);
        return number;
    }

    /// <summary>The place for a register in an array that grows with their number.</summary>
    public ref T At<T>(ref T[] array, RecordKey key)
    {
        var number = NumberOf(key);
        if (number >= array.Length) Array.Resize(ref array, Math.Max(number + 1, array.Length + array.Length / 4));
        return ref array[number];
    }
}
