using Microsoft.Data.Sqlite;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Node.Store;

/// <summary>
/// Keeps which model files lie where, and which slices of them are verified. Every change is on disk before the call
/// returns, so that what is advertised afterwards survives a crash. May be called from any thread.
/// </summary>
public sealed class LocalModelStore
{
    private const string IdOf = "(SELECT id FROM local_model WHERE model = $model AND folder = $folder)";

    private const string ModelColumns = "id, model, folder, donation";
    private const string FileColumns = "path, bytes, mtime_ns, inode";

    private readonly Database _database;
    private readonly TimeProvider _time;

    private sealed record ModelRow(long Id, LocalModelKey Key, Guid? Donation);

    internal LocalModelStore(Database database, TimeProvider time) => (_database, _time) = (database, time);

    /// <summary>Every local model, ordered by model and folder.</summary>
    public IReadOnlyList<LocalModel> List() => _database.Read(session =>
    {
        // Three statements, whatever the number of models: there may be thousands.
        var slices = session
            .Query("SELECT local_model, slice FROM local_slice", row => (Id: row.GetInt64(0), Slice: row.GetInt32(1)))
            .ToLookup(row => row.Id, row => row.Slice);
        var files = session.Query($"SELECT {FileColumns}, local_model FROM local_file ORDER BY path", FileAndModel)
            .ToLookup(row => row.Model, row => row.File);
        return session.Query($"SELECT {ModelColumns} FROM local_model ORDER BY model, folder", Row)
            .ConvertAll(row => Model(row, slices[row.Id], files[row.Id]));
    });

    /// <summary>One local model; null when it is not known to lie in that folder.</summary>
    public LocalModel? Find(LocalModelKey key) => _database.Read(session =>
    {
        var rows = session.Query(
            $"SELECT {ModelColumns} FROM local_model WHERE model = $model AND folder = $folder", Row, Key(key));
        return rows is [var row] ? Model(row, Slices(session, row.Id), Files(session, row.Id)) : null;
    });

    /// <summary>
    /// Adds a model without verified slices. One that is there already keeps its slices and its donation.
    /// </summary>
    /// <param name="key">Which model, and where.</param>
    /// <param name="donation">The donation that the folder lies in; null for files in place.</param>
    /// <param name="files">Stamps of files in place; they replace older ones.</param>
    public void Add(LocalModelKey key, Guid? donation, IEnumerable<FileStamp> files) => _database.Write(session =>
    {
        session.Execute(
            "INSERT INTO local_model (model, folder, donation, resume) VALUES ($model, $folder, $donation, x'') " +
            "ON CONFLICT DO NOTHING",
            [.. Key(key), ("$donation", donation is { } id ? Columns.Of(id) : null)]);
        ReplaceFiles(session, key, files);
        return true;
    });

    /// <summary>Forgets a model's folder with all that is known about it; its files are not touched.</summary>
    public void Remove(LocalModelKey key) =>
        _database.Write("DELETE FROM local_model WHERE model = $model AND folder = $folder", Key(key));

    /// <summary>Records a slice as verified. The caller has synced its files and folder to disk before.</summary>
    /// <exception cref="InvalidOperationException">The model is not in this folder.</exception>
    public void MarkSliceVerified(LocalModelKey key, int slice)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(slice);
        var changed = _database.Write(
            "INSERT INTO local_slice (local_model, slice, verified_ms) " +
            "SELECT id, $slice, $now FROM local_model WHERE model = $model AND folder = $folder " +
            "ON CONFLICT DO UPDATE SET verified_ms = excluded.verified_ms",
            [.. Key(key), ("$slice", slice), ("$now", _time.GetUtcNow().ToUnixTimeMilliseconds())]);
        if (changed == 0) throw Unknown(key);
    }

    /// <summary>A slice is no longer held; nothing happens when it was not.</summary>
    public void WithdrawSlice(LocalModelKey key, int slice) => _database.Write(
        $"DELETE FROM local_slice WHERE local_model = {IdOf} AND slice = $slice", [.. Key(key), ("$slice", slice)]);

    /// <summary>No slice of the model in this folder is held any more: its files changed or vanished.</summary>
    public void WithdrawAll(LocalModelKey key) =>
        _database.Write($"DELETE FROM local_slice WHERE local_model = {IdOf}", Key(key));

    /// <summary>Replaces the stamps of files in place.</summary>
    /// <exception cref="InvalidOperationException">The model is not in this folder.</exception>
    public void SaveFiles(LocalModelKey key, IEnumerable<FileStamp> files) => _database.Write(session =>
    {
        ReplaceFiles(session, key, files);
        return true;
    });

    /// <summary>Keeps the engine's resume data.</summary>
    /// <exception cref="InvalidOperationException">The model is not in this folder.</exception>
    public void SaveResume(LocalModelKey key, ReadOnlyMemory<byte> resume)
    {
        var changed = _database.Write(
            "UPDATE local_model SET resume = $resume WHERE model = $model AND folder = $folder",
            [.. Key(key), ("$resume", resume.ToArray())]);
        if (changed == 0) throw Unknown(key);
    }

    /// <summary>The engine's resume data; empty when there is none.</summary>
    public byte[] LoadResume(LocalModelKey key) => _database.Read(session => session.QueryOne(
        "SELECT resume FROM local_model WHERE model = $model AND folder = $folder",
        row => row.Bytes(0), Key(key))) ?? [];

    private static ModelRow Row(SqliteDataReader row) => new(
        row.GetInt64(0), new LocalModelKey(row.Hash(1), row.GetString(2)), row.IsDBNull(3) ? null : row.Id(3));

    private static LocalModel Model(ModelRow row, IEnumerable<int> slices, IEnumerable<FileStamp> files) =>
        new(row.Key, row.Donation, SliceSet.Of(slices), [.. files]);

    private static List<int> Slices(SqlSession session, long id) =>
        session.Query("SELECT slice FROM local_slice WHERE local_model = $id", row => row.GetInt32(0), ("$id", id));

    private static List<FileStamp> Files(SqlSession session, long id) => session.Query(
        $"SELECT {FileColumns} FROM local_file WHERE local_model = $id ORDER BY path", File, ("$id", id));

    private static FileStamp File(SqliteDataReader row) =>
        new(row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.Unsigned(3));

    private static (long Model, FileStamp File) FileAndModel(SqliteDataReader row) => (row.GetInt64(4), File(row));

    private static void ReplaceFiles(SqlSession session, LocalModelKey key, IEnumerable<FileStamp> files)
    {
        var id = session.Scalar("SELECT id FROM local_model WHERE model = $model AND folder = $folder", Key(key))
            ?? throw Unknown(key);
        session.Execute("DELETE FROM local_file WHERE local_model = $id", ("$id", id));
        session.ExecuteEach(
            "INSERT INTO local_file (local_model, path, bytes, mtime_ns, inode) " +
            "VALUES ($id, $path, $bytes, $ns, $inode)",
            files,
            file => [
                ("$id", id), ("$path", file.Path), ("$bytes", file.Bytes), ("$ns", file.ModifiedNs),
                ("$inode", Columns.Signed(file.Inode))]);
    }

    private static (string Name, object? Value)[] Key(LocalModelKey key) =>
        [("$model", key.Model.ToArray()), ("$folder", key.Folder)];

    private static InvalidOperationException Unknown(LocalModelKey key) =>
        new($"the model {key.Model} is not known to lie in {key.Folder}");
}
