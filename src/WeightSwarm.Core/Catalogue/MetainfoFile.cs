namespace WeightSwarm.Core.Catalogue;

/// <summary>One file of a torrent.</summary>
/// <param name="Path">Relative, '/' between segments; see <see cref="ModelPath"/>.</param>
/// <param name="Bytes">Size.</param>
/// <param name="PiecesRoot">BEP 52 root; zero for an empty file.</param>
/// <param name="Offset">Where it begins in the padded space of v1: a multiple of the piece length.</param>
/// <param name="PadBytes">Zeros behind it in the padded space of v1, 0 where none stand in the torrent.</param>
/// <param name="FirstPiece">Its first piece; for an empty file the piece that the next file begins with.</param>
/// <param name="Pieces">How many pieces it covers; each piece belongs to one file only.</param>
public sealed record MetainfoFile(
    string Path, long Bytes, Hash256 PiecesRoot, long Offset, long PadBytes, int FirstPiece, int Pieces)
{
    /// <summary>The segments of <see cref="Path"/>.</summary>
    public string[] Segments() => Path.Split('/');
}
