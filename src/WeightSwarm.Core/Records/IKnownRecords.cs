namespace WeightSwarm.Core.Records;

/// <summary>
/// Records whose form and signature were found good before, by the very bytes in memory that they came in. Where many
/// cores run in one process they read and check each record once; everything that depends on the reader (its clock,
/// its charter, what it has already) is judged by each for itself.
/// </summary>
public interface IKnownRecords
{
    /// <summary>The record of these bytes, when the same memory was read and found good before; else null.</summary>
    Record? Find(ReadOnlyMemory<byte> bytes);

    /// <summary>Remembers a record that was found good.</summary>
    void Add(Record record);
}
