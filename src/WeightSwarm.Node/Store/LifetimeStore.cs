using Microsoft.Data.Sqlite;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Durability;

namespace WeightSwarm.Node.Store;

/// <summary>
/// How long the nodes that this one has met stayed. A node counts from its second day on, since many only have a look,
/// and is gone for good after the time that the pace real says. So what is known of everybody ends that long before the
/// last word that was heard of anybody, and no further is it counted; while this node is off, nothing is. May be called
/// from any thread.
/// </summary>
public sealed class LifetimeStore
{
    private const long DayMs = 86_400_000;

    /// <summary>What a row adds, up to $until; of a node of one day it is nothing.</summary>
    private const string Watched = "max(0, min(last_ms, $until) - first_ms - $day)";

    private readonly Database _database;

    internal LifetimeStore(Database database) => _database = database;

    /// <summary>What was seen.</summary>
    /// <param name="startedMs">When this run began, Unix milliseconds.</param>
    /// <param name="nowMs">Now. Until everybody had two occasions to speak in this run, the one before it
    /// counts.</param>
    public LifetimeRecord Load(long startedMs, long nowMs)
    {
        var isSettled = nowMs - startedMs >= 2 * Pace.Real.LeaseRenewMs;
        return _database.Read(session =>
        {
            var until = LastHeard(session, isSettled ? long.MaxValue : startedMs) - Pace.Real.LostMs;
            (string, object?)[] bounds = [("$until", until), ("$day", DayMs)];
            var seen = session.Query(
                $"SELECT count(*), coalesce(sum(last_ms < $until), 0), coalesce(sum({Watched}), 0), "
                    + $"coalesce(min(first_ms), $until) FROM acquaintance WHERE {Watched} > 0",
                Counted,
                bounds)[0];
            var gone = session.Query(
                "SELECT nodes, departed, watched_ms, first_ms FROM departure",
                Counted)[0];
            var first = gone.Nodes > 0 ? Math.Min(seen.First, gone.First) : seen.First;
            return new LifetimeRecord(
                seen.Nodes + gone.Nodes, seen.Departed + gone.Departed, (double)(seen.Ms + gone.Ms) / DayMs,
                Math.Max(0, (double)(until - first) / DayMs));
        });
    }

    /// <summary>Forgets those not heard of since a time, and keeps what they add to the count.</summary>
    internal static void Forget(Database database, long beforeMs) => database.Write(session =>
    {
        var until = LastHeard(session, long.MaxValue) - Pace.Real.LostMs;
        session.Execute(
            $"UPDATE departure SET nodes = nodes + (SELECT count(*) {Old}), departed = departed + "
                + $"(SELECT coalesce(sum(last_ms < $until), 0) {Old}), watched_ms = watched_ms + "
                + $"(SELECT coalesce(sum({Watched}), 0) {Old}), "
                + $"first_ms = min(first_ms, (SELECT coalesce(min(first_ms), departure.first_ms) {Old}))",
            ("$until", until), ("$day", DayMs), ("$before", beforeMs));
        return session.Execute("DELETE FROM acquaintance WHERE last_ms < $before", ("$before", beforeMs));
    });

    private static (int Nodes, int Departed, long Ms, long First) Counted(SqliteDataReader row) =>
        (row.GetInt32(0), row.GetInt32(1), row.GetInt64(2), row.GetInt64(3));

    private static string Old => $"FROM acquaintance WHERE last_ms < $before AND {Watched} > 0";

    private static long LastHeard(SqlSession session, long beforeMs) => session.Scalar(
        "SELECT coalesce(max(last_ms), 0) FROM acquaintance WHERE last_ms < $before", ("$before", beforeMs)) ?? 0;
}
