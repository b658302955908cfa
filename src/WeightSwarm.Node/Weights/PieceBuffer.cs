namespace WeightSwarm.Node.Weights;

/// <summary>One piece of a file in memory, read by one thread and waiting to be hashed by another.</summary>
internal sealed class PieceBuffer(byte[] memory)
{
    public byte[] Memory => memory;
    public HashedFileState File { get; private set; } = null!;
    /// <summary>Which piece of its file.</summary>
    public int Index { get; private set; }
    public int Length { get; private set; }

    public void Begin(HashedFileState file, int index, int length) => (File, Index, Length) = (file, index, length);
}
