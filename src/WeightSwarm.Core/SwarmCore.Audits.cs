using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core;

/// <summary>What this node audits of others, and what is known of their audits.</summary>
public sealed partial class SwarmCore
{
    private readonly AuditState _audits;
    private readonly TimedState _timed;
    private readonly ProgressState _progress;

    /// <summary>What this node itself found of each copy that it has audited.</summary>
    public AuditBook Audits => _audits.Book;

    /// <summary>What timed challenges have shown since the start.</summary>
    public TimedBook TimedHashes => _timed.Book;

    /// <summary>Challenges of audits since the start, and the leaves that they asked for.</summary>
    public (long Challenges, long Leaves) AuditsAsked => _audits.Asked;

    /// <summary>Challenges to claimants since the start, and those of them that were answered with a leaf.</summary>
    public (long Challenges, long Shown) ProgressAsked => _progress.Count;

    /// <summary>Which copies have been audited lately; null until the charter is known.</summary>
    public AuditFreshness? AuditFreshness =>
        View is { } view ? new AuditFreshness(view, _audits.Book, ReportOf, Now) : null;

    private void TendAudits(bool planned, Instant now)
    {
        _audits.Tell(Pace, now);
        _progress.Tend(Pace, now);
        // Whoever just started, or slept, does not know yet what others have taken back meanwhile.
        if (IsQuiet(now) || !planned && AuditsDueMs > now.MonotonicMs) return;
        var view = FreshView();
        _audits.Survey(view, now);
        _audits.Tend(view, now);
        _timed.Tend(view, now);
    }

    private long AuditsDueMs => Math.Min(_audits.NextDueMs, _timed.NextDueMs);

    private void TimedEnded(CoreInput.TimedEnded ended, Instant now)
    {
        if (Charter is not null && _timed.Ended(ended)) _audits.Confirm(ended.Copy, now);
    }

    private void AuditEnded(CoreInput.AuditEnded ended, Instant now)
    {
        if (Charter is null) return;
        if (_audits.Ended(ended, FreshView(), StormBreakerOpen || IsQuiet(now), now))
            _views.Failed(_audits.Book.Failed);
    }

    private void Remember(CoreInput.AuditsRemembered kept)
    {
        _audits.Restore(kept.Kept);
        if (!_audits.Book.Failed.IsEmpty) _views.Failed(_audits.Book.Failed);
    }

    private Record? ReportOf(NodeId auditor) =>
        _records.Find(RecordKey.Of(auditor, RecordKind.AuditReport, []));

    private void SayAudits(V1.AuditReport report, long ttlMs) => Say(RecordKind.AuditReport, [], report, ttlMs);
}
