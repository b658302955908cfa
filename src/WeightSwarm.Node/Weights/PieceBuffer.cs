namespace WeightSwarm.Node.Weights;

/// <summary>One piece of a file in memory, until both the piece and the whole file's hash have used it.</summary>
internal sealed class PieceBuffer(byte[] memory)
{
    private int _users;

    public byte[] Memory => memory;
    public HashedFileState File { get; private set; } = null!;
    /// <summary>Which piece of its file.</summary>
    public int Index { get; private set; }
    public int Length { get; set; }
    public ReadOnlySpan<byte> Data => memory.AsSpan(0, Length);

    public void Begin(HashedFileState file, int index)
    {
        File = file;
        Index = index;
        _users = 2;
    }

    /// <summary>True when the last user is through with it.</summary>
    public bool Release() => Interlocked.Decrement(ref _users) == 0;
}
