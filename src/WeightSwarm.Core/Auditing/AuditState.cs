using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Auditing;

/// <summary>
/// The audits of this node: what it owes, what it has asked, what came of it, and what it tells of that. Nothing here
/// waits: the driver carries the challenges out and reports back.
/// </summary>
internal sealed class AuditState(
    NodeId self, Outbox outbox, ReadOnlyMemory<byte> secret, Func<NodeId, Record?> reportOf,
    Action<V1.AuditReport, long> say)
{
    private const int MostAtOnce = 16, MostTries = 3;
    private const int BurstLeaves = LeafDraw.Most, BurstChallenges = AuditBook.ClearingLeaves / LeafDraw.Most;
    private const int ProofBytes = 17_200, BytesPerSecond = 50_000;

    private readonly AuditDuties _duties = new();
    private readonly SortedDictionary<CopyKey, (Nonce Nonce, AuditDuty Duty)> _asked = [];
    private readonly SortedSet<NodeId> _askedOf = [];
    private readonly SortedDictionary<NodeId, long> _suspectMs = [];
    private AuditSurvey? _survey;
    private long? _untoldMs;
    private long _toldMs = long.MinValue;
    private bool _saysAgain;

    /// <summary>This node's verdicts.</summary>
    public AuditBook Book { get; } = new();

    /// <summary>Challenges that were asked for, and the leaves in them, since the start.</summary>
    public (long Challenges, long Leaves) Asked { get; private set; }

    /// <summary>When (monotonic) there is something to look for or to ask.</summary>
    public long NextDueMs => Math.Min(
        _survey?.NextMs ?? long.MaxValue, _asked.Count < MostAtOnce ? _duties.NextDueMs : long.MaxValue);

    /// <summary>What an earlier run had found.</summary>
    public void Restore(IEnumerable<KeyValuePair<CopyKey, CopyAudits>> kept)
    {
        foreach (var (copy, audits) in kept) Book.Restore(copy, audits);
    }

    /// <summary>The last report may be forgotten by some: it is said again at the next tick.</summary>
    public void SayAllAgain() => _saysAgain |= Book.Copies.Count > 0 || _toldMs != long.MinValue;

    /// <summary>Tells what has passed, when it is time.</summary>
    public void Tell(Pace pace, Instant now)
    {
        if (now.MonotonicMs < TellDueMs(pace)) return;
        (_untoldMs, _toldMs, _saysAgain) = (null, now.MonotonicMs, false);
        say(AuditReports.Write(Book, now.UnixMs, pace), Math.Min(AuditReports.FreshMs(pace), pace.LeaseTtlMs));
    }

    /// <summary>Looks what there is to audit, if the view has changed or epochs have begun.</summary>
    public void Survey(SwarmView view, Instant now)
    {
        _survey ??= new AuditSurvey(self, Book, _duties);
        if (!_survey.IsDue(view, now)) return;
        if (_survey.IsTurn(now)) Prune(view, now);
        _survey.Run(view, now);
    }

    /// <summary>Asks for what is due.</summary>
    public void Tend(SwarmView view, Instant now)
    {
        while (_asked.Count < MostAtOnce && _duties.NextDueMs <= now.MonotonicMs) Begin(_duties.Take(), view, now);
    }

    /// <summary>A challenge ended; whether the copies that count are others now.</summary>
    public bool Ended(CoreInput.AuditEnded ended, SwarmView view, bool storm, Instant now)
    {
        if (!_asked.TryGetValue(ended.Copy, out var asked) || asked.Nonce != ended.Nonce) return false;
        _asked.Remove(ended.Copy);
        _askedOf.Remove(ended.Copy.Holder);
        var (duty, pace) = (asked.Duty, view.Policy.Pace);
        var moment = new AuditMoment(
            now.UnixMs, IsClaimed(view, ended.Copy), StartOf(view, ended.Copy.Holder), storm);
        var verdict = Book.Enter(ended.Copy, ended.Outcome, duty.Leaves, moment, pace, ended.Fault);
        outbox.Add(new CoreOutput.AuditsKept(ended.Copy, Book.Of(ended.Copy)));
        switch (verdict)
        {
            case AuditVerdict.Passed or AuditVerdict.Cleared:
                _untoldMs ??= now.MonotonicMs;
                if (duty.Challenges > 1)
                    Add(duty with
                    {
                        Challenges = duty.Challenges - 1,
                        Leaves = LeafDraw.Most,
                        DueMs = now.MonotonicMs + GapMs(pace),
                    });
                break;
            case AuditVerdict.Denied:
                Add(new AuditDuty(ended.Copy, AuditCause.Denial, now.MonotonicMs + pace.AuditConfirmMs, 1));
                break;
            case AuditVerdict.Failed:
                Suspect(view, ended.Copy, now);
                break;
            case AuditVerdict.Open when moment.IsClaimed && duty.Tries + 1 < MostTries:
                Add(duty with { Tries = duty.Tries + 1, DueMs = now.MonotonicMs + LaterMs(pace) });
                break;
        }
        return verdict is AuditVerdict.Failed or AuditVerdict.Cleared;
    }

    /// <summary>A copy has another hash than this node's: leaves, which the manifest judges, tell whose is
    /// wrong.</summary>
    public void Confirm(CopyKey copy, Instant now) =>
        Add(new AuditDuty(copy, AuditCause.Failure, now.MonotonicMs, BurstLeaves, BurstChallenges));

    private void Add(AuditDuty duty) => _duties.Add(duty);

    private void Begin(AuditDuty duty, SwarmView view, Instant now)
    {
        var (copy, pace) = (duty.Copy, view.Policy.Pace);
        if (!IsClaimed(view, copy) || IsPassedByOthers(duty, view, now)) return;
        if (_askedOf.Contains(copy.Holder))
        {
            Add(duty with { DueMs = now.MonotonicMs + GapMs(pace) });
            return;
        }
        // Whoever is absent has nothing to answer for; it is asked when it is back.
        if (!view.Nodes.TryGetValue(copy.Holder, out var holder) || holder.AbsentSinceMs is not null)
        {
            if (duty.Tries + 1 < MostTries * 4)
                Add(duty with { Tries = duty.Tries + 1, DueMs = now.MonotonicMs + LaterMs(pace) });
            return;
        }
        // Negative: no release of this node has such a number.
        var nonce = Nonce.Derive(secret.Span, -now.UnixMs, copy.Model, copy.Slice, copy.Holder);
        _asked.Add(copy, (nonce, duty));
        _askedOf.Add(copy.Holder);
        Asked = (Asked.Challenges + 1, Asked.Leaves + duty.Leaves);
        outbox.Add(new CoreOutput.AskAudit(copy, nonce, duty.Leaves,
            pace.AuditPatienceMs + duty.Leaves * 1000L * ProofBytes / BytesPerSecond));
    }

    /// <summary>An auditor before this one has passed the copy in this epoch, and said so.</summary>
    private bool IsPassedByOthers(AuditDuty duty, SwarmView view, Instant now)
    {
        if (duty.Cause != AuditCause.Turn) return false;
        var pace = view.Policy.Pace;
        var epoch = AuditSchedule.EpochOf(duty.Copy, now.UnixMs, pace);
        // The report rounds down: a pass of the last part before the epoch would count as none of it anyway.
        var start = AuditSchedule.StartMs(duty.Copy, epoch, pace) - pace.AuditMs / AuditReports.PartsPerPeriod;
        return _survey!.AuditorsOf(duty.Copy, epoch, view, now).Any(auditor => auditor != self &&
            reportOf(auditor) is { } report && AuditReports.PassedMs(report, duty.Copy, pace) >= start);
    }

    /// <summary>One failed: all others of the same holder are audited, a burst each, unless they just were.</summary>
    private void Suspect(SwarmView view, CopyKey failed, Instant now)
    {
        var pace = view.Policy.Pace;
        if (_suspectMs.TryGetValue(failed.Holder, out var at) && now.MonotonicMs - at < pace.AuditMs) return;
        _suspectMs[failed.Holder] = now.MonotonicMs;
        var dueMs = now.MonotonicMs;
        foreach (var model in view.Watched)
            if (model.Holders.FirstOrDefault(h => h.Node == failed.Holder) is { } holder)
                foreach (var slice in holder.Verified.Slices)
                    if (new CopyKey(holder.Node, model.Entry.ModelId, slice) is var copy && copy != failed)
                        Add(new AuditDuty(
                            copy, AuditCause.Failure, dueMs += GapMs(pace), BurstLeaves, BurstChallenges));
    }

    /// <summary>What nobody claims any more, and has not been seen for long, is forgotten.</summary>
    private void Prune(SwarmView view, Instant now)
    {
        var pace = view.Policy.Pace;
        foreach (var (copy, audits) in Book.Copies.ToList())
        {
            var last = Math.Max(audits.PassedMs, Math.Max(audits.FailedMs, audits.RestartMs));
            if (now.UnixMs - last <= Math.Max(pace.LostMs, 4 * pace.AuditMs) || IsClaimed(view, copy)) continue;
            Book.Forget(copy);
            outbox.Add(new CoreOutput.AuditsKept(copy, null));
        }
        foreach (var (holder, at) in _suspectMs.ToList())
            if (now.MonotonicMs - at >= pace.AuditMs)
                _suspectMs.Remove(holder);
    }

    private static bool IsClaimed(SwarmView view, CopyKey copy) =>
        view.Models.BinarySearch(copy.Model) is { } model && model.Holders.BinarySearch(copy.Holder) is { } holder &&
        holder.Verified.Contains(copy.Slice) && !holder.Away.Contains(copy.Slice);

    private static long StartOf(SwarmView view, NodeId holder) =>
        view.Nodes.TryGetValue(holder, out var node) ? node.StartedMs : 0;

    private static long GapMs(Pace pace) => Math.Max(1, pace.PlanMs / 24);

    private static long LaterMs(Pace pace) => pace.AuditMs / 12;

    /// <summary>When (monotonic) the next report is due: soon after the first pass that is not told yet, but not more
    /// often than four times in a period.</summary>
    public long TellDueMs(Pace pace) => _saysAgain ? long.MinValue : _untoldMs is not { } untold ? long.MaxValue
        : Math.Max(untold + pace.AuditMs / 60, _toldMs == long.MinValue ? untold : _toldMs + pace.AuditMs / 4);
}
