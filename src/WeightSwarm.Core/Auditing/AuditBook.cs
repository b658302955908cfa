using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Core.Auditing;

/// <summary>What came of one challenge, for the credit of the copy.</summary>
public enum AuditVerdict
{
    /// <summary>Nothing can be said: no answer, no clear one, or not a time to judge.</summary>
    Open,
    /// <summary>The copy is there.</summary>
    Passed,
    /// <summary>The copy had failed, and has shown enough since to count again.</summary>
    Cleared,
    /// <summary>The holder denies it; it is asked again once its word has had time to come.</summary>
    Denied,
    /// <summary>The copy counts for nothing from now on.</summary>
    Failed,
}

/// <summary>Under what circumstances a challenge ended.</summary>
/// <param name="UnixMs">When.</param>
/// <param name="IsClaimed">The holder's holding claims the slice, and not as one on a volume that is away.</param>
/// <param name="HolderStartMs">When the holder started, by its own record, Unix milliseconds.</param>
/// <param name="StormBreakerOpen">Too many nodes are gone at once for this node to trust what it sees.</param>
public readonly record struct AuditMoment(long UnixMs, bool IsClaimed, long HolderStartMs, bool StormBreakerOpen);

/// <summary>
/// One auditor's verdicts: local, as those of everybody, and told to nobody as a truth. Passes, failures, unclear
/// answers and silence are kept apart. Rules: gossip-planner section 5.3.
/// <list type="bullet">
/// <item>One answer with wrong bytes and the copy has no credit. No loss and no delay makes one: the bytes are
/// signed.</item>
/// <item>A holder that denies a slice may have taken it back, and its word not have come yet. Only if it denies it
/// again after a while, without a restart, and still claims it, the copy has no credit.</item>
/// <item>Silence and unclear answers never take credit away; nor does anything while the storm breaker is open.</item>
/// <item>A burst that passes, <see cref="ClearingLeaves"/> in a row, gives the credit back.</item>
/// </list>
/// One thread.
/// </summary>
public sealed class AuditBook
{
    /// <summary>A copy that failed must show so many leaves in a row.</summary>
    public const int ClearingLeaves = 16;

    private readonly SortedDictionary<CopyKey, CopyAudits> _copies = [];

    /// <summary>The copies that have no credit, and since when, Unix milliseconds.</summary>
    public ImmutableSortedDictionary<CopyKey, long> Failed { get; private set; } =
        ImmutableSortedDictionary<CopyKey, long>.Empty;

    /// <summary>Every copy of which something is known, ordered.</summary>
    public IReadOnlyDictionary<CopyKey, CopyAudits> Copies => _copies;

    /// <summary>What is known of a copy.</summary>
    public CopyAudits Of(CopyKey copy) => _copies.GetValueOrDefault(copy, CopyAudits.None);

    /// <summary>Puts back what an earlier run knew.</summary>
    public void Restore(CopyKey copy, CopyAudits audits) => Put(copy, audits);

    /// <summary>A burst for a restart of the holder is due: not soon again.</summary>
    public void NoteRestart(CopyKey copy, long unixMs) => Put(copy, Of(copy) with { RestartMs = unixMs });

    /// <summary>Forgets a copy.</summary>
    public void Forget(CopyKey copy)
    {
        _copies.Remove(copy);
        Failed = Failed.Remove(copy);
    }

    /// <summary>A challenge ended.</summary>
    /// <param name="copy">Of which copy.</param>
    /// <param name="outcome">How.</param>
    /// <param name="leaves">Leaves that were asked for.</param>
    /// <param name="moment">Under what circumstances.</param>
    /// <param name="pace">The network's.</param>
    /// <param name="fault">What was wrong, in words.</param>
    public AuditVerdict Enter(
        CopyKey copy, ReceiptOutcome outcome, int leaves, AuditMoment moment, Pace pace, string fault = "")
    {
        var (audits, verdict) = outcome switch
        {
            ReceiptOutcome.Proven => Passed(Of(copy), leaves, moment),
            ReceiptOutcome.Failed => Failing(Of(copy), moment, fault),
            ReceiptOutcome.NotHeld => Denied(Of(copy), moment, pace),
            ReceiptOutcome.Offline => (Of(copy) with { Offline = Of(copy).Offline + 1 }, AuditVerdict.Open),
            _ => (Of(copy) with { Unknown = Of(copy).Unknown + 1 }, AuditVerdict.Open),
        };
        Put(copy, audits);
        return verdict;
    }

    private static (CopyAudits, AuditVerdict) Passed(CopyAudits audits, int leaves, AuditMoment moment)
    {
        var passed = audits with { PassedMs = moment.UnixMs, Passes = audits.Passes + 1, DeniedMs = 0 };
        if (audits.HasCredit) return (passed, AuditVerdict.Passed);
        var since = audits.LeavesSince + leaves;
        return since < ClearingLeaves
            ? (passed with { LeavesSince = since }, AuditVerdict.Passed)
            : (passed with { LeavesSince = 0, FailedMs = 0, Fault = "" }, AuditVerdict.Cleared);
    }

    private static (CopyAudits, AuditVerdict) Failing(CopyAudits audits, AuditMoment moment, string fault) =>
        moment.StormBreakerOpen
            ? (audits, AuditVerdict.Open)
            : (audits with
            {
                FailedMs = moment.UnixMs,
                Fault = fault,
                LeavesSince = 0,
                DeniedMs = 0,
                Fails = audits.Fails + 1,
            }, AuditVerdict.Failed);

    private static (CopyAudits, AuditVerdict) Denied(CopyAudits audits, AuditMoment moment, Pace pace)
    {
        if (!moment.IsClaimed) return (audits with { DeniedMs = 0 }, AuditVerdict.Open);
        if (moment.StormBreakerOpen) return (audits, AuditVerdict.Open);
        if (audits.DeniedMs == 0 || audits.DeniedStartMs != moment.HolderStartMs)
        {
            var denied = audits with { DeniedMs = moment.UnixMs, DeniedStartMs = moment.HolderStartMs };
            return (denied, AuditVerdict.Denied);
        }
        return moment.UnixMs - audits.DeniedMs < pace.AuditConfirmMs
            ? (audits, AuditVerdict.Denied)
            : Failing(audits, moment, "it answers that it does not hold what it claims");
    }

    private void Put(CopyKey copy, CopyAudits audits)
    {
        _copies[copy] = audits;
        Failed = audits.HasCredit ? Failed.Remove(copy) : Failed.SetItem(copy, audits.FailedMs);
    }
}
