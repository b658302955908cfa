using WeightSwarm.Core;

namespace WeightSwarm.Node.Store;

/// <summary>What a file's hashes depend on besides its bytes, and the name that they are kept under.</summary>
/// <param name="Torrent">The torrent's name.</param>
/// <param name="PieceLength">Bytes.</param>
/// <param name="Padded">Whether the last v1 piece of each file is filled up with zeros.</param>
public sealed record IngestKey(string Torrent, long PieceLength, bool Padded);

/// <summary>
/// A file of an unfinished <c>add</c> of which every byte was hashed. Good only while the file is the same.
/// </summary>
/// <param name="Path">Absolute.</param>
/// <param name="Bytes">Size.</param>
/// <param name="ModifiedNs">Modification time, Unix nanoseconds.</param>
/// <param name="ChangedNs">Change time, Unix nanoseconds; nobody can set it.</param>
/// <param name="Inode">Inode number.</param>
/// <param name="Sha256">Of the whole file.</param>
/// <param name="Root">BEP 52's pieces root of a file of one piece; zero otherwise.</param>
/// <param name="PiecesV1">SHA-1 of each piece, 20 bytes each.</param>
/// <param name="Layer">BEP 52's piece layer; empty for a file of at most one piece.</param>
public sealed record IngestedFile(
    string Path, long Bytes, long ModifiedNs, long ChangedNs, ulong Inode, Hash256 Sha256, Hash256 Root,
    byte[] PiecesV1, byte[] Layer);

/// <summary>
/// Keeps what an unfinished <c>add</c> has hashed, so that a second one need not read it again. Entries that nobody
/// came back for are deleted after <see cref="MostAge"/>. May be called from any thread.
/// </summary>
public sealed class IngestStore
{
    /// <summary>How long an entry is of use.</summary>
    public static readonly TimeSpan MostAge = TimeSpan.FromDays(7);

    private const string OfKey = "torrent = $torrent AND piece_length = $length AND padded = $padded";

    private readonly Database _database;
    private readonly TimeProvider _time;

    internal IngestStore(Database database, TimeProvider time) => (_database, _time) = (database, time);

    /// <summary>Every file kept under a key, the stale ones of all keys being deleted first.</summary>
    public IReadOnlyList<IngestedFile> Load(IngestKey key) => _database.Write(session =>
    {
        session.Execute(
            "DELETE FROM ingest WHERE done_ms < $oldest",
            ("$oldest", (_time.GetUtcNow() - MostAge).ToUnixTimeMilliseconds()));
        return session.Query(
            "SELECT path, bytes, mtime_ns, ctime_ns, inode, sha256, root, pieces_v1, layer FROM ingest " +
            $"WHERE {OfKey} ORDER BY path",
            row => new IngestedFile(
                row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.Unsigned(4), row.Hash(5),
                row.Hash(6), row.Bytes(7), row.Bytes(8)),
            Values(key));
    });

    /// <summary>Keeps these files, all or none; the same path replaces what was there.</summary>
    public void Keep(IngestKey key, IEnumerable<IngestedFile> files) => _database.Write(session =>
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        session.ExecuteEach(
            "INSERT OR REPLACE INTO ingest (torrent, piece_length, padded, path, bytes, mtime_ns, ctime_ns, inode, " +
            "sha256, root, pieces_v1, layer, done_ms) VALUES ($torrent, $length, $padded, $path, $bytes, $mtime, " +
            "$ctime, $inode, $sha256, $root, $v1, $layer, $now)",
            files,
            file => [
                .. Values(key), ("$path", file.Path), ("$bytes", file.Bytes), ("$mtime", file.ModifiedNs),
                ("$ctime", file.ChangedNs), ("$inode", Columns.Signed(file.Inode)),
                ("$sha256", file.Sha256.ToArray()), ("$root", file.Root.ToArray()), ("$v1", file.PiecesV1),
                ("$layer", file.Layer), ("$now", now)]);
        return true;
    });

    /// <summary>Forgets everything kept for a torrent: its <c>add</c> is through.</summary>
    public void Forget(string torrent) =>
        _database.Write("DELETE FROM ingest WHERE torrent = $torrent", ("$torrent", torrent));

    private static (string Name, object? Value)[] Values(IngestKey key) =>
        [("$torrent", key.Torrent), ("$length", key.PieceLength), ("$padded", key.Padded ? 1 : 0)];
}
