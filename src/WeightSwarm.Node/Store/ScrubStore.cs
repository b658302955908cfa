namespace WeightSwarm.Node.Store;

/// <summary>When a slice of a local model was last read from the disk, every byte of it, and found right.</summary>
/// <param name="Key">Which model, and where.</param>
/// <param name="Slice">Which slice.</param>
/// <param name="VerifiedMs">Unix milliseconds: it was fetched or added, and verified then.</param>
/// <param name="ReadMs">Unix milliseconds; 0: to be read before all others; null: not since it was verified.</param>
public sealed record SliceReadTime(LocalModelKey Key, int Slice, long VerifiedMs, long? ReadMs);

/// <summary>Where the reading of a slice stands.</summary>
/// <param name="Key">Which model, and where.</param>
/// <param name="Slice">Which slice.</param>
/// <param name="Piece">The next piece to read.</param>
/// <param name="StartedMs">Unix milliseconds of the first piece.</param>
public sealed record ScrubCursor(LocalModelKey Key, int Slice, int Piece, long StartedMs);

/// <summary>Something that a disk did.</summary>
/// <param name="Folder">The donation's folder, or an owner's.</param>
/// <param name="AtMs">Unix milliseconds.</param>
/// <param name="BadPieces">How many bad pieces it counts for.</param>
/// <param name="What">In words.</param>
public sealed record DiskFault(string Folder, long AtMs, int BadPieces, string What);

/// <summary>
/// Keeps when own data was read again, how far the reading is, which slices are in doubt, and what disks did. May be
/// called from any thread.
/// </summary>
public sealed class ScrubStore
{
    private const string Each = "SELECT id, $slice, $value FROM local_model WHERE model = $model AND folder = $folder";

    private readonly Database _database;
    private readonly TimeProvider _time;

    internal ScrubStore(Database database, TimeProvider time) => (_database, _time) = (database, time);

    /// <summary>Every verified slice, with when it was last read.</summary>
    public IReadOnlyList<SliceReadTime> Reads() => _database.Read(session => session.Query(
        "SELECT m.model, m.folder, s.slice, s.verified_ms, r.read_ms FROM local_slice s " +
        "JOIN local_model m ON m.id = s.local_model " +
        "LEFT JOIN scrub_read r ON r.local_model = s.local_model AND r.slice = s.slice " +
        "ORDER BY m.model, m.folder, s.slice",
        row => new SliceReadTime(
            new LocalModelKey(row.Hash(0), row.GetString(1)), row.GetInt32(2), row.GetInt64(3),
            row.IsDBNull(4) ? null : row.GetInt64(4))));

    /// <summary>Where every unfinished reading stands.</summary>
    public IReadOnlyList<ScrubCursor> Cursors() => _database.Read(session => session.Query(
        "SELECT m.model, m.folder, c.slice, c.piece, c.started_ms FROM scrub_cursor c " +
        "JOIN local_model m ON m.id = c.local_model ORDER BY m.model, m.folder",
        row => new ScrubCursor(
            new LocalModelKey(row.Hash(0), row.GetString(1)), row.GetInt32(2), row.GetInt32(3), row.GetInt64(4))));

    /// <summary>Records readings that ended, and where the others stand; models that are gone are skipped.</summary>
    /// <param name="reads">Model, slice and Unix milliseconds.</param>
    /// <param name="cursors">All that there are: others are forgotten.</param>
    public void Save(
        IReadOnlyCollection<(LocalModelKey Key, int Slice, long ReadMs)> reads,
        IReadOnlyCollection<ScrubCursor> cursors) => _database.Write(session =>
    {
        session.ExecuteEach(
            $"INSERT INTO scrub_read (local_model, slice, read_ms) {Each} " +
            "ON CONFLICT DO UPDATE SET read_ms = excluded.read_ms",
            reads, read => Values(read.Key, read.Slice, read.ReadMs));
        session.Execute("DELETE FROM scrub_cursor");
        session.ExecuteEach(
            "INSERT INTO scrub_cursor (local_model, slice, piece, started_ms) " +
            "SELECT id, $slice, $value, $started FROM local_model WHERE model = $model AND folder = $folder",
            cursors, cursor =>
                [.. Values(cursor.Key, cursor.Slice, cursor.Piece), ("$started", cursor.StartedMs)]);
        return true;
    });

    /// <summary>
    /// A slice that can no longer be vouched for, and of which most may well be right: it is read, and mended, and once
    /// it is held again it is read before all others.
    /// </summary>
    public void Doubt(LocalModelKey key, int slice) => _database.Write(session =>
    {
        var now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        session.Execute(
            $"INSERT INTO doubted_slice (local_model, slice, since_ms) {Each} ON CONFLICT DO NOTHING",
            Values(key, slice, now));
        return session.Execute(
            $"INSERT INTO scrub_read (local_model, slice, read_ms) {Each} " +
            "ON CONFLICT DO UPDATE SET read_ms = excluded.read_ms",
            Values(key, slice, 0));
    });

    /// <summary>A slice is held again.</summary>
    public void EndDoubt(LocalModelKey key, int slice) => _database.Write(
        "DELETE FROM doubted_slice WHERE slice = $slice AND local_model = " +
        "(SELECT id FROM local_model WHERE model = $model AND folder = $folder)",
        [.. Key(key), ("$slice", slice)]);

    /// <summary>The slices of a model that are in doubt.</summary>
    public IReadOnlyList<int> Doubted(LocalModelKey key) => _database.Read(session => session.Query(
        "SELECT d.slice FROM doubted_slice d JOIN local_model m ON m.id = d.local_model " +
        "WHERE m.model = $model AND m.folder = $folder ORDER BY d.slice", row => row.GetInt32(0), Key(key)));

    /// <summary>Records what a disk did.</summary>
    public void AddFault(DiskFault fault) => _database.Write(
        "INSERT INTO disk_fault (folder, at_ms, bad_pieces, what) VALUES ($folder, $at, $pieces, $what)",
        ("$folder", fault.Folder), ("$at", fault.AtMs), ("$pieces", fault.BadPieces), ("$what", fault.What));

    /// <summary>What disks did at or after that time, the oldest first; what is older is forgotten.</summary>
    public IReadOnlyList<DiskFault> FaultsSince(long unixMs) => _database.Write(session =>
    {
        session.Execute("DELETE FROM disk_fault WHERE at_ms < $ms", ("$ms", unixMs));
        return session.Query(
            "SELECT folder, at_ms, bad_pieces, what FROM disk_fault ORDER BY at_ms, id",
            row => new DiskFault(row.GetString(0), row.GetInt64(1), row.GetInt32(2), row.GetString(3)));
    });

    private static (string Name, object? Value)[] Values(LocalModelKey key, int slice, long value) =>
        [.. Key(key), ("$slice", slice), ("$value", value)];

    private static (string Name, object? Value)[] Key(LocalModelKey key) =>
        [("$model", key.Model.ToArray()), ("$folder", key.Folder)];
}
