using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Node.Store;

/// <summary>A slice that was given up and whose bytes still lie where they lay.</summary>
/// <param name="Key">Which model, and where.</param>
/// <param name="Slice">Which slice.</param>
/// <param name="TrashedMs">Since when, Unix milliseconds.</param>
/// <param name="Reason">Why.</param>
/// <param name="CopiesLeft">Copies elsewhere when it was given up.</param>
/// <param name="Unproven">The owner's deadline had passed: nobody had proved those copies.</param>
/// <param name="Emptying">Its bytes are being deleted: they are worth nothing any more.</param>
public sealed record TrashedSlice(
    LocalModelKey Key, int Slice, long TrashedMs, ReleaseReason Reason, int CopiesLeft, bool Unproven, bool Emptying);

/// <summary>
/// Keeps what lies in the trash. A slice is verified or in the trash, never both; it is marked as being emptied before
/// its bytes go, so that no crash makes this node vouch for bytes that are gone. May be called from any thread.
/// </summary>
public sealed class TrashStore
{
    private const string IdOf = "(SELECT id FROM local_model WHERE model = $model AND folder = $folder)";

    private readonly Database _database;
    private readonly TimeProvider _time;

    internal TrashStore(Database database, TimeProvider time) => (_database, _time) = (database, time);

    /// <summary>Everything, the oldest first.</summary>
    public IReadOnlyList<TrashedSlice> List() => _database.Read(session => session.Query(
        "SELECT model, folder, slice, trashed_ms, reason, copies_left, unproven, emptying FROM local_trash " +
        "JOIN local_model ON local_model.id = local_trash.local_model ORDER BY trashed_ms, model, folder, slice",
        row => new TrashedSlice(
            new LocalModelKey(row.Hash(0), row.GetString(1)), row.GetInt32(2), row.GetInt64(3),
            Enum.Parse<ReleaseReason>(row.GetString(4)), row.GetInt32(5), row.GetBoolean(6), row.GetBoolean(7))));

    /// <summary>The slices of a model that lie in the trash whole.</summary>
    public SliceSet Of(LocalModelKey key) => _database.Read(session => SliceSet.Of(session.Query(
        $"SELECT slice FROM local_trash WHERE local_model = {IdOf} AND emptying = 0 ORDER BY slice",
        row => row.GetInt32(0), Key(key))));

    /// <summary>A verified slice goes to the trash. False, and nothing happens, when it was not verified.</summary>
    public bool Put(LocalModelKey key, int slice, ReleaseReason reason, int copiesLeft, bool unproven) =>
        _database.Write(session =>
        {
            (string, object?)[] which = [.. Key(key), ("$slice", slice)];
            var held = session.Execute(
                $"DELETE FROM local_slice WHERE local_model = {IdOf} AND slice = $slice", which) > 0;
            if (held)
                session.Execute(
                    "INSERT OR REPLACE INTO local_trash " +
                    "(local_model, slice, trashed_ms, reason, copies_left, unproven, emptying) " +
                    $"VALUES ({IdOf}, $slice, $now, $reason, $left, $unproven, 0)",
                    [.. which, ("$now", Now), ("$reason", reason.ToString()), ("$left", copiesLeft),
                        ("$unproven", unproven)]);
            return held;
        });

    /// <summary>A slice is wanted again, and verified as it was. False when it is not in the trash whole.</summary>
    public bool TakeBack(LocalModelKey key, int slice) => _database.Write(session =>
    {
        (string, object?)[] which = [.. Key(key), ("$slice", slice)];
        var kept = session.Execute(
            $"DELETE FROM local_trash WHERE local_model = {IdOf} AND slice = $slice AND emptying = 0", which) > 0;
        if (kept)
            session.Execute(
                $"INSERT INTO local_slice (local_model, slice, verified_ms) VALUES ({IdOf}, $slice, $now)",
                [.. which, ("$now", Now)]);
        return kept;
    });

    /// <summary>The bytes of these slices are about to be deleted.</summary>
    public void BeginEmptying(LocalModelKey key, IEnumerable<int> slices) => _database.Write(session =>
    {
        session.ExecuteEach(
            $"UPDATE local_trash SET emptying = 1 WHERE local_model = {IdOf} AND slice = $slice", slices,
            slice => [.. Key(key), ("$slice", slice)]);
        return true;
    });

    /// <summary>The bytes of these slices are gone.</summary>
    public void Emptied(LocalModelKey key, IEnumerable<int> slices) => _database.Write(session =>
    {
        session.ExecuteEach(
            $"DELETE FROM local_trash WHERE local_model = {IdOf} AND slice = $slice AND emptying = 1", slices,
            slice => [.. Key(key), ("$slice", slice)]);
        return true;
    });

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private static (string Name, object? Value)[] Key(LocalModelKey key) =>
        [("$model", key.Model.ToArray()), ("$folder", key.Folder)];
}
