using System.Collections.Immutable;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Auditing;

/// <summary>What speaks for a copy beside its holder's word. The first two make it verified; else it is only
/// claimed.</summary>
public enum CopyEvidence
{
    /// <summary>It is this node's own: it hashed every piece, and reads them again.</summary>
    Own,
    /// <summary>An audit of it passed within two periods.</summary>
    Audited,
    /// <summary>Audits of it have passed, but none within two periods.</summary>
    Stale,
    /// <summary>No audit of it is known.</summary>
    None,
    /// <summary>No audit of it is known, and nobody may make one: no node of another failure domain is off
    /// probation.</summary>
    NoAuditor,
    /// <summary>It lies on a volume of this node that cannot be reached.</summary>
    Away,
    /// <summary>This node found other bytes, or that its holder denies it.</summary>
    Failed,
}

/// <summary>
/// Which copies have been audited lately, as far as one node can know: by itself, or by a node that was drawn for it
/// and says so. Nobody's word is taken who was not drawn. A copy is verified while its audits are fresh, and claimed
/// otherwise; what counts for the planner does not depend on it.
/// </summary>
/// <param name="view">What the node sees.</param>
/// <param name="book">Its own audits.</param>
/// <param name="reportOf">The report of another node, or null.</param>
/// <param name="now">The moment that is judged.</param>
public sealed class AuditFreshness(SwarmView view, AuditBook book, Func<NodeId, Record?> reportOf, Instant now)
{
    // A pass of two periods ago was made in this epoch, the last, or the one before.
    private const int EpochsBack = 2;

    private readonly AuditSchedule _schedule = new(view, now);

    /// <summary>What speaks for a copy.</summary>
    public CopyEvidence EvidenceOf(CopyKey copy)
    {
        if (copy.Holder == view.Self) return IsAway(copy) ? CopyEvidence.Away : CopyEvidence.Own;
        if (!book.Of(copy).HasCredit) return CopyEvidence.Failed;
        var (passedMs, auditors) = LastPass(copy);
        return passedMs > now.UnixMs - AuditReports.FreshMs(view.Policy.Pace) ? CopyEvidence.Audited
            : passedMs > 0 ? CopyEvidence.Stale
            : auditors > 0 ? CopyEvidence.None
            : CopyEvidence.NoAuditor;
    }

    /// <summary>Whether a copy is verified; else it is claimed.</summary>
    public bool IsVerified(CopyKey copy) => EvidenceOf(copy) <= CopyEvidence.Audited;

    /// <summary>Of one slice the counted copies that are verified; the fewest over the slices of each model, by model
    /// id.</summary>
    /// <param name="models">Of the view.</param>
    public ImmutableSortedDictionary<Hash256, int> Fewest(IEnumerable<ModelView> models)
    {
        var nodes = new NodeIndex(view, now);
        return models.ToImmutableSortedDictionary(m => m.Entry.ModelId, m => Fewest(new ModelTally(nodes, m)));
    }

    private int Fewest(ModelTally tally)
    {
        var fewest = int.MaxValue;
        for (var slice = 0; slice < tally.Model.Entry.Slices; slice++)
        {
            tally.Count(slice, withOwnClaim: true);
            var verified = 0;
            for (var i = 0; i < tally.Fates.Length; i++)
                if (tally.Fates[i] == CopyFate.Counted &&
                    IsVerified(new CopyKey(tally.Model.Holders[i].Node, tally.Model.Entry.ModelId, slice)))
                    verified++;
            fewest = Math.Min(fewest, verified);
        }
        return fewest == int.MaxValue ? 0 : fewest;
    }

    /// <summary>
    /// When a copy was last audited and passed, Unix milliseconds, 0 for never; it looks no further than it must to
    /// find one within two periods. And how many auditors it met on the way.
    /// </summary>
    private (long PassedMs, int Auditors) LastPass(CopyKey copy)
    {
        var pace = view.Policy.Pace;
        var (oldest, newest) = (now.UnixMs - AuditReports.FreshMs(pace), now.UnixMs + pace.ClockSkewMs);
        var own = book.Of(copy).PassedMs;
        // The wall clock was set back since: nobody knows how long ago that was.
        var passed = own > newest ? 1 : own;
        var auditors = 0;
        var epoch = AuditSchedule.EpochOf(copy, now.UnixMs, pace);
        for (var back = 0; back <= EpochsBack && passed <= oldest; back++)
            foreach (var auditor in _schedule.AuditorsOf(copy, epoch - back))
            {
                auditors++;
                if (reportOf(auditor) is { } report)
                    passed = Math.Max(passed, AuditReports.PassedMs(report, copy, pace));
            }
        return (passed, auditors);
    }

    private bool IsAway(CopyKey copy) =>
        view.Models.BinarySearch(copy.Model) is { } model && model.Holders.BinarySearch(copy.Holder) is { } holder &&
        holder.Away.Contains(copy.Slice);
}
