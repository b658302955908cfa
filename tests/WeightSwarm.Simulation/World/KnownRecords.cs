using System.Runtime.InteropServices;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.World;

/// <summary>Every good record once, for all nodes: by the array that holds its bytes.</summary>
internal sealed class KnownRecords : IKnownRecords
{
    private readonly Dictionary<byte[], Record> _records = new(ReferenceEqualityComparer.Instance);

    public Record? Find(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var part) && part.Array is { } array && part.Count == array.Length
            ? _records.GetValueOrDefault(array) : null;

    public void Add(Record record)
    {
        if (MemoryMarshal.TryGetArray(record.Bytes, out var part)) _records[part.Array!] = record;
    }
}
