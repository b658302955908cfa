namespace WeightSwarm.Core.Formats;

/// <summary>
/// Looks for a Lambda layer in what Keras saves: its settings hold Python's bytecode, which loading runs. A plain
/// search for the class's name in the settings, so it may cry wolf, and is not led astray by the form around them.
/// </summary>
public sealed class LambdaParser(string file, long searchedBytes) : ChunkParser(file, 1 << 10)
{
    private const int Overlap = 7;

    /// <summary>There is one.</summary>
    public bool IsFound { get; private set; }

    /// <inheritdoc/>
    protected override int Consume(ReadOnlySpan<byte> window, bool isLast)
    {
        IsFound |= window.IndexOf("\"Lambda\""u8) >= 0;
        if (IsFound || Position >= searchedBytes) Done();
        return Math.Max(window.Length - Overlap, 0);
    }

    /// <inheritdoc/>
    protected override void Ended() => Done();
}
