using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Gossip;

namespace WeightSwarm.Node.Store;

/// <summary>A signed answer that failed an audit, with what it answers.</summary>
/// <param name="Copy">What was audited.</param>
/// <param name="AtMs">Unix milliseconds.</param>
/// <param name="Fault">What is wrong with it, in words.</param>
/// <param name="Challenge">The Challenge as it was sent.</param>
/// <param name="Answer">The Answer as it came, signed by the holder.</param>
public sealed record AuditEvidence(CopyKey Copy, long AtMs, string Fault, byte[] Challenge, byte[] Answer);

/// <summary>Keeps what this node's audits found, over restarts. May be called from any thread.</summary>
public sealed class AuditStore
{
    /// <summary>Answers that failed, at most; the newest are kept.</summary>
    public const int MostEvidence = 64;

    private readonly Database _database;

    internal AuditStore(Database database) => _database = database;

    /// <summary>What is kept of each copy.</summary>
    public IReadOnlyList<KeyValuePair<CopyKey, CopyAudits>> Load() => _database.Read(session => session.Query(
        "SELECT holder, model, slice, passed_ms, failed_ms, fault, denied_ms, denied_start_ms, restart_ms, " +
        "leaves_since, passes, fails, unclear, offline FROM audit_copy ORDER BY holder, model, slice",
        row => KeyValuePair.Create(new CopyKey(row.Node(0), row.Hash(1), row.GetInt32(2)), new CopyAudits
        {
            PassedMs = row.GetInt64(3),
            FailedMs = row.GetInt64(4),
            Fault = row.GetString(5),
            DeniedMs = row.GetInt64(6),
            DeniedStartMs = row.GetInt64(7),
            RestartMs = row.GetInt64(8),
            LeavesSince = row.GetInt32(9),
            Passes = row.GetInt32(10),
            Fails = row.GetInt32(11),
            Unknown = row.GetInt32(12),
            Offline = row.GetInt32(13),
        })));

    /// <summary>Keeps or forgets, in order.</summary>
    public void Save(IEnumerable<CoreOutput.AuditsKept> kept)
    {
        var all = kept.ToList();
        if (all.Count == 0) return;
        _database.Write(session =>
        {
            session.ExecuteEach(
                "DELETE FROM audit_copy WHERE holder = $holder AND model = $model AND slice = $slice",
                all.Where(k => k.Audits is null), k => Key(k.Copy));
            session.ExecuteEach(
                "INSERT OR REPLACE INTO audit_copy (holder, model, slice, passed_ms, failed_ms, fault, denied_ms, " +
                "denied_start_ms, restart_ms, leaves_since, passes, fails, unclear, offline) VALUES (" +
                "$holder, $model, $slice, $passed, $failed, $fault, $denied, $denied_start, $restart, $since, " +
                "$passes, $fails, $unclear, $offline)",
                all.Where(k => k.Audits is not null), k => Values(k.Copy, k.Audits!));
            return true;
        });
    }

    /// <summary>Keeps an answer that failed; of one copy the newest.</summary>
    public void Keep(AuditEvidence evidence) => _database.Write(session =>
    {
        session.Execute(
            "INSERT OR REPLACE INTO audit_evidence (holder, model, slice, at_ms, fault, challenge, answer) " +
            "VALUES ($holder, $model, $slice, $at, $fault, $challenge, $answer)",
            [.. Key(evidence.Copy), ("$at", evidence.AtMs), ("$fault", evidence.Fault),
                ("$challenge", evidence.Challenge), ("$answer", evidence.Answer)]);
        return session.Execute(
            "DELETE FROM audit_evidence WHERE rowid NOT IN " +
            "(SELECT rowid FROM audit_evidence ORDER BY at_ms DESC, rowid DESC LIMIT $most)", ("$most", MostEvidence));
    });

    /// <summary>The answers that failed, the newest first.</summary>
    public IReadOnlyList<AuditEvidence> Evidence() => _database.Read(session => session.Query(
        "SELECT holder, model, slice, at_ms, fault, challenge, answer FROM audit_evidence " +
        "ORDER BY at_ms DESC, rowid DESC",
        row => new AuditEvidence(new CopyKey(row.Node(0), row.Hash(1), row.GetInt32(2)),
            row.GetInt64(3), row.GetString(4), row.Bytes(5), row.Bytes(6))));

    private static (string Name, object? Value)[] Values(CopyKey copy, CopyAudits audits) =>
    [
        .. Key(copy), ("$passed", audits.PassedMs), ("$failed", audits.FailedMs), ("$fault", audits.Fault),
        ("$denied", audits.DeniedMs), ("$denied_start", audits.DeniedStartMs), ("$restart", audits.RestartMs),
        ("$since", audits.LeavesSince), ("$passes", audits.Passes), ("$fails", audits.Fails),
        ("$unclear", audits.Unknown), ("$offline", audits.Offline),
    ];

    private static (string Name, object? Value)[] Key(CopyKey copy) =>
        [("$holder", copy.Holder.Hash.ToArray()), ("$model", copy.Model.ToArray()), ("$slice", copy.Slice)];
}
