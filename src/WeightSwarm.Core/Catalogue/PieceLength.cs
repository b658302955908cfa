namespace WeightSwarm.Core.Catalogue;

/// <summary>
/// The piece length of a new torrent. Frozen: it is part of the info-hash, so that everybody who adds the same files
/// gets the same torrent.
/// </summary>
public static class PieceLength
{
    /// <summary>BEP 52's leaf and the smallest piece: 16 KiB.</summary>
    public const int Leaf = 1 << 14;
    /// <summary>Largest piece that metainfo may have, bytes.</summary>
    public const long Largest = 1L << 27;

    private const long FewPieces = 98_304, ManyPieces = 192_000;

    /// <summary>
    /// The smallest power of two from 1 MiB with at most 98,304 pieces, at most 16 MiB; 32 MiB where that still gives
    /// more than 192,000 pieces. <paramref name="totalBytes"/> is the sum of the files, padding excluded.
    /// </summary>
    public static long For(long totalBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(totalBytes);
        var length = 1L << 20;
        while (length < 1L << 24 && Count(totalBytes, length) > FewPieces) length <<= 1;
        return Count(totalBytes, length) > ManyPieces ? 1L << 25 : length;
    }

    /// <summary>True for a power of two from 16 KiB to <see cref="Largest"/>.</summary>
    public static bool IsValid(long length) =>
        length is >= Leaf and <= Largest && (length & (length - 1)) == 0;

    /// <summary>How many pieces of that length so many bytes begin.</summary>
    public static long Count(long bytes, long pieceLength) => bytes / pieceLength + (bytes % pieceLength == 0 ? 0 : 1);
}
