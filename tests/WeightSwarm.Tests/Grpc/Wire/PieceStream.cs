namespace WeightSwarm.Tests.Grpc.Wire;

/// <summary>Gives the pieces one read after the other, never two at once.</summary>
internal sealed class PieceStream(IReadOnlyList<byte[]> pieces) : MemoryStream
{
    private int _piece;
    private int _offset;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_piece == pieces.Count) return new ValueTask<int>(0);
        var rest = pieces[_piece].AsMemory(_offset);
        var count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        _offset += count;
        if (_offset == pieces[_piece].Length) (_piece, _offset) = (_piece + 1, 0);
        return new ValueTask<int>(count);
    }
}
