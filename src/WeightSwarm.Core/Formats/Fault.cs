namespace WeightSwarm.Core.Formats;

/// <summary>What is structurally wrong with a weight file.</summary>
/// <param name="File">Relative path.</param>
/// <param name="Offset">Bytes from the start of the file (of the archive's member, for what lies in one).</param>
/// <param name="What">In words.</param>
public sealed record Fault(string File, long Offset, string What)
{
    /// <inheritdoc/>
    public override string ToString() => $"'{File}', offset {Offset}: {What}";
}
