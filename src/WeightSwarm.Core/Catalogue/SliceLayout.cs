using System.Collections.Immutable;

namespace WeightSwarm.Core.Catalogue;

/// <summary>How a model's pieces are grouped into slices: what an entry says of it.</summary>
/// <param name="PiecesPerSlice">Pieces in every slice but perhaps the last, at least 1.</param>
/// <param name="SliceLeaves">File bytes of each slice in leaves of 16 KiB, rounded up; as long as there are
/// slices.</param>
public sealed record SliceLayout(int PiecesPerSlice, ImmutableArray<int> SliceLeaves)
{
    /// <summary>Most slices of one model; larger models have larger slices.</summary>
    public const int MostSlices = 4096;

    /// <summary>
    /// The layout for slices of about <paramref name="sliceBytes"/> (the policy's): whole pieces, at least one, and
    /// more of them where the model would else have more than <see cref="MostSlices"/> slices.
    /// </summary>
    public static SliceLayout For(Metainfo metainfo, long sliceBytes)
    {
        var perSlice = PiecesFor(metainfo.Pieces, metainfo.PieceLength, sliceBytes);
        return new SliceLayout(perSlice, Leaves(metainfo, perSlice));
    }

    /// <summary>Whether an entry's numbers are those of this metainfo for its own pieces per slice.</summary>
    public static bool Fits(Metainfo metainfo, int piecesPerSlice, ImmutableArray<int> sliceLeaves) =>
        piecesPerSlice >= 1 && (metainfo.Pieces - 1L) / piecesPerSlice + 1 == sliceLeaves.Length
        && Leaves(metainfo, piecesPerSlice).SequenceEqual(sliceLeaves);

    /// <summary>Number of slices.</summary>
    public int Slices => SliceLeaves.Length;

    private static int PiecesFor(int pieces, long pieceLength, long sliceBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sliceBytes, 1);
        var wanted = Math.Max(1, sliceBytes / pieceLength);
        var least = (pieces + MostSlices - 1) / MostSlices;
        return (int)Math.Min(pieces, Math.Max(wanted, least));
    }

    private static ImmutableArray<int> Leaves(Metainfo metainfo, int perSlice)
    {
        var bytes = new long[(metainfo.Pieces - 1) / perSlice + 1];
        foreach (var file in metainfo.Files)
            AddFile(bytes, file, perSlice, metainfo.PieceLength);
        return [.. bytes.Select(sum => checked((int)MerkleTree.Leaves(sum)))];
    }

    private static void AddFile(long[] bytes, MetainfoFile file, int perSlice, long pieceLength)
    {
        var end = file.FirstPiece + file.Pieces;
        for (var piece = file.FirstPiece; piece < end;)
        {
            var slice = piece / perSlice;
            var next = (int)Math.Min(end, (slice + 1L) * perSlice);
            var from = (piece - file.FirstPiece) * pieceLength;
            var to = Math.Min(file.Bytes, (next - file.FirstPiece) * pieceLength);
            bytes[slice] += to - from;
            piece = next;
        }
    }
}
