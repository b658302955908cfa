using WeightSwarm.Core;

namespace WeightSwarm.Node.Store;

/// <summary>How one trial restore of a model ended.</summary>
/// <param name="Model">Model id.</param>
/// <param name="AtMs">Unix milliseconds of its start.</param>
/// <param name="TookMs">How long it took, milliseconds.</param>
/// <param name="Bytes">Restored and verified; 0 unless it succeeded.</param>
/// <param name="Ok">Every file was fetched and verified.</param>
/// <param name="Outcome">"ok", or the word of the error.</param>
public sealed record RestoreDrillRecord(Hash256 Model, long AtMs, long TookMs, long Bytes, bool Ok, string Outcome);

/// <summary>Keeps the last trial restores of each model. May be called from any thread.</summary>
public sealed class DrillStore
{
    /// <summary>How many are kept of each model.</summary>
    public const int Kept = 20;

    private readonly Database _database;

    internal DrillStore(Database database) => _database = database;

    /// <summary>Adds one, and forgets those of the model before the last <see cref="Kept"/>.</summary>
    public void Add(RestoreDrillRecord drill) => _database.Write(session =>
    {
        session.Execute(
            "INSERT INTO restore_drill (model, at_ms, took_ms, bytes, ok, outcome) " +
            "VALUES ($model, $at, $took, $bytes, $ok, $outcome)",
            ("$model", drill.Model.ToArray()), ("$at", drill.AtMs), ("$took", drill.TookMs), ("$bytes", drill.Bytes),
            ("$ok", drill.Ok ? 1 : 0), ("$outcome", drill.Outcome));
        return session.Execute(
            "DELETE FROM restore_drill WHERE model = $model AND id NOT IN " +
            "(SELECT id FROM restore_drill WHERE model = $model ORDER BY id DESC LIMIT $kept)",
            ("$model", drill.Model.ToArray()), ("$kept", Kept));
    });

    /// <summary>The trial restores of a model, the latest first.</summary>
    public IReadOnlyList<RestoreDrillRecord> Of(Hash256 model) => Query(
        "WHERE model = $model ORDER BY id DESC", ("$model", model.ToArray()));

    /// <summary>The latest of each model.</summary>
    public IReadOnlyList<RestoreDrillRecord> Latest() => Query(
        "WHERE id IN (SELECT max(id) FROM restore_drill GROUP BY model) ORDER BY model");

    private List<RestoreDrillRecord> Query(string which, params (string Name, object? Value)[] values) =>
        _database.Read(session => session.Query(
            $"SELECT model, at_ms, took_ms, bytes, ok, outcome FROM restore_drill {which}",
            row => new RestoreDrillRecord(
                row.Hash(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4) != 0, row.GetString(5)),
            values));
}
