using System.Text;
using WeightSwarm.Torrent.Interop;

namespace WeightSwarm.Torrent;

/// <summary>What the engine reads in a metainfo.</summary>
/// <param name="Key">The key that <see cref="ITorrentEngine.AddAsync"/> answers.</param>
/// <param name="Pieces">Number of pieces.</param>
/// <param name="PieceLength">Bytes in each piece but the last of a file.</param>
/// <param name="TotalBytes">Bytes of all files, pad files included.</param>
public sealed record MetainfoSummary(string Key, int Pieces, long PieceLength, long TotalBytes);

/// <summary>One file of a metainfo to make, with its hashes.</summary>
/// <param name="Path">Path below the torrent's folder, with '/'.</param>
/// <param name="Length">Bytes.</param>
/// <param name="PieceHashes">
/// BEP 52's piece layer: 32 bytes per piece; for a file of one piece or less its pieces root; empty for an empty file.
/// </param>
public sealed record NewMetainfoFile(string Path, long Length, ReadOnlyMemory<byte> PieceHashes);

/// <summary>
/// libtorrent's own reading and building of metainfo. The product builds and checks metainfo by itself; this is the
/// second opinion that its tests compare with.
/// </summary>
public static unsafe class LibtorrentMetainfo
{
    /// <summary>Reads a metainfo as <see cref="ITorrentEngine.AddAsync"/> would.</summary>
    /// <exception cref="TorrentEngineException">The engine would not accept it.</exception>
    public static MetainfoSummary Describe(ReadOnlySpan<byte> metainfo)
    {
        NativeLibraryCheck.Run();
        fixed (byte* bytes = metainfo)
        {
            NativeError error;
            NativeMetainfo result;
            var code = NativeMethods.ws_metainfo_describe(new NativeSpan(bytes, metainfo.Length), &result, &error);
            NativeSession.Check(code, &error, "read the metainfo");
            return new MetainfoSummary(result.Key(), result.Pieces, result.PieceLength, result.TotalBytes);
        }
    }

    /// <summary>Builds a hybrid metainfo (BEP 52) of hashes that the caller computed.</summary>
    /// <param name="name">The torrent's folder.</param>
    /// <param name="pieceLength">A power of two, 16 KiB or more.</param>
    /// <param name="files">The files, in any order.</param>
    /// <param name="v1Hashes">20 bytes for each piece, over files in path order with pad files between them.</param>
    /// <exception cref="TorrentEngineException">libtorrent refuses the files, or hashes are missing.</exception>
    public static byte[] Create(
        string name, long pieceLength, IReadOnlyList<NewMetainfoFile> files, ReadOnlySpan<byte> v1Hashes)
    {
        NativeLibraryCheck.Run();
        using var arena = new NativeArena();
        var natives = new NativeNewFile[files.Count];
        for (var i = 0; i < files.Count; i++)
            natives[i] = new NativeNewFile
            {
                Path = arena.Keep(Encoding.UTF8.GetBytes(files[i].Path)),
                Length = files[i].Length,
                PieceHashes = arena.Keep(files[i].PieceHashes),
            };
        var nameSpan = arena.Keep(Encoding.UTF8.GetBytes(name));
        fixed (NativeNewFile* first = natives)
        fixed (byte* hashes = v1Hashes)
        {
            NativeError error;
            NativeBuffer result;
            var code = NativeMethods.ws_metainfo_create(
                nameSpan, pieceLength, first, natives.Length, new NativeSpan(hashes, v1Hashes.Length), &result, &error);
            NativeSession.Check(code, &error, $"make a metainfo of {name}");
            return NativeSession.Take(&result);
        }
    }
}
