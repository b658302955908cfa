using System.Security.Cryptography;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Origins;

/// <summary>
/// Watches a file's bytes go by and says whether whole pieces have their hash. The engine checks every piece before it
/// counts; this only tells whose bytes were wrong, which the engine does not say. A piece whose first byte was not seen
/// is passed over.
/// </summary>
/// <param name="metainfo">Of the model; a hybrid.</param>
/// <param name="file">Which file.</param>
/// <param name="offset">Where in the file the bytes begin.</param>
internal sealed class PieceWitness(Metainfo metainfo, MetainfoFile file, long offset) : IDisposable
{
    private static readonly byte[] Zeros = new byte[64 << 10];

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
    private bool _sawStart;

    /// <summary>The next byte that it expects.</summary>
    public long Offset { get; private set; } = offset;

    /// <summary>The first piece of the file that ended here with a wrong hash; null for none.</summary>
    public int? Bad { get; private set; }

    /// <summary>The next bytes of the file, in order.</summary>
    public void See(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var inPiece = Offset % metainfo.PieceLength;
            if (inPiece == 0) Begin();
            var end = Math.Min(file.Bytes, Offset - inPiece + metainfo.PieceLength);
            var now = bytes[..(int)Math.Min(bytes.Length, end - Offset)];
            if (_sawStart) _hash.AppendData(now);
            Offset += now.Length;
            bytes = bytes[now.Length..];
            if (Offset == end) End();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    private void Begin()
    {
        // What was hashed of a piece that never ended belongs to no piece.
        _hash.GetHashAndReset();
        _sawStart = true;
    }

    private void End()
    {
        if (!_sawStart) return;
        _sawStart = false;
        var piece = file.FirstPiece + (int)((Offset - 1) / metainfo.PieceLength);
        var inPiece = (Offset - 1) % metainfo.PieceLength + 1;
        for (var pad = metainfo.PieceV1Bytes(piece) - inPiece; pad > 0; pad -= Math.Min(pad, Zeros.Length))
            _hash.AppendData(Zeros.AsSpan(0, (int)Math.Min(pad, Zeros.Length)));
        Span<byte> sha1 = stackalloc byte[SHA1.HashSizeInBytes];
        _hash.GetHashAndReset(sha1);
        if (!sha1.SequenceEqual(metainfo.PieceHashV1(piece))) Bad ??= piece;
    }
}
