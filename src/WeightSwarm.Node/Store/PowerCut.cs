namespace WeightSwarm.Node.Store;

/// <summary>
/// What a loss of power may have taken although it was flushed: disks lie about what they have written, and a
/// controller without a battery forgets what it held. What was verified shortly before is withdrawn and put in doubt,
/// so that it is read before it is advertised again. Source: gossip-planner section 6.
/// </summary>
/// <remarks>
/// A process that is killed loses nothing that the system was given: as long as the system has not been started anew,
/// nothing is in doubt. An owner's own files are not withdrawn, for this program has not written them: they are read
/// before all others.
/// </remarks>
internal static class PowerCut
{
    /// <summary>
    /// How long before the last slice that was verified nothing is relied on, milliseconds. That slice was verified
    /// before the power went, so this reaches back at least as far as the same time before the cut.
    /// </summary>
    internal const long DoubtMs = 10 * 60_000;

    private const string BootKey = "boot";

    private const string Recent =
        "FROM local_slice s JOIN local_model m ON m.id = s.local_model " +
        "WHERE s.verified_ms >= coalesce((SELECT max(verified_ms) FROM local_slice WHERE verified_ms <= $now), $now) " +
        "- $doubt";

    private const string BootFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>Names this run of the system; empty where it has no name.</summary>
    internal static string BootOfSystem() => File.Exists(BootFile) ? File.ReadAllText(BootFile).Trim() : "";

    /// <summary>To be called once in each run, before anything is relied on; all of it or nothing is done.</summary>
    /// <param name="database">The store.</param>
    /// <param name="closedCleanly">Whether the last run ended by its own will.</param>
    /// <param name="boot">Names this run of the system.</param>
    /// <param name="nowMs">Unix milliseconds.</param>
    /// <returns>How many slices are in doubt because of it.</returns>
    internal static int Consider(Database database, bool closedCleanly, string boot, long nowMs) =>
        database.Write(session =>
        {
            var last = session.Query(
                "SELECT value FROM meta WHERE key = $key", row => row.GetString(0), ("$key", BootKey));
            var sameBoot = boot.Length > 0 && last is [var known] && known == boot;
            var doubted = closedCleanly || sameBoot ? 0 : Doubt(session, nowMs);
            session.Execute(
                "INSERT OR REPLACE INTO meta (key, value) VALUES ($key, $boot)", ("$key", BootKey), ("$boot", boot));
            return doubted;
        });

    private static int Doubt(SqlSession session, long nowMs)
    {
        (string, object?)[] values = [("$doubt", DoubtMs), ("$now", nowMs)];
        session.Execute(
            $"INSERT INTO doubted_slice (local_model, slice, since_ms) SELECT s.local_model, s.slice, $now {Recent} " +
            "AND m.donation IS NOT NULL ON CONFLICT DO NOTHING", values);
        session.Execute(
            $"INSERT INTO scrub_read (local_model, slice, read_ms) SELECT s.local_model, s.slice, 0 {Recent} " +
            "ON CONFLICT DO UPDATE SET read_ms = 0", values);
        return session.Execute(
            "DELETE FROM local_slice WHERE (local_model, slice) IN " +
            $"(SELECT s.local_model, s.slice {Recent} AND m.donation IS NOT NULL)", values);
    }
}
