using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// Puts the fates of one count into words for people, in the form "counted: why" or "not counted: why". It must run
/// before the next slice is counted, because it reads the marks that the count left.
/// </summary>
internal sealed class VerdictWriter(NodeIndex nodes, ModelTally tally, int slice, SliceTally count)
{
    public ImmutableArray<CopyVerdict> Write()
    {
        var verdicts = ImmutableArray.CreateBuilder<CopyVerdict>();
        for (var i = 0; i < tally.Places.Length; i++)
            if (tally.Fates[i] != CopyFate.NotHolding)
                verdicts.Add(OfCopy(i, tally.Places[i], tally.Fates[i]));
        AddClaims(verdicts);
        verdicts.Sort(static (a, b) => a.Node.CompareTo(b.Node));
        return verdicts.ToImmutable();
    }

    private CopyVerdict OfCopy(int at, int node, CopyFate fate)
    {
        var holder = tally.Model.Holders[at];
        var counted = fate == CopyFate.Counted;
        var online = counted && tally.StandingOf(at, slice) <= Standing.Online;
        return new CopyVerdict(holder.Node, counted, online, fate switch
        {
            CopyFate.Counted => "counted: " + Presence(at, node, holder.Releasing.Contains(slice)),
            CopyFate.NoRecord => "not counted: no live record of this node",
            CopyFate.Lost => $"not counted: {Absence(at, node)}, given up as lost after {Limit}",
            CopyFate.OverGrace => $"not counted: {Absence(at, node)}, longer than its grace of {Grace}",
            CopyFate.Probation => "not counted: " + Probation(node),
            CopyFate.FailedAudit => "not counted: failed an audit " +
                $"{Words.Time(Math.Max(1, nodes.Now.UnixMs - tally.FailedAuditMs(at, slice)))} ago",
            _ => "not counted: " + Clash(nodes.CountedClash(node, out var by), by),
        });
    }

    private string Grace => Words.Time(nodes.Pace.GraceMs);

    private string Limit => Words.Time(nodes.Pace.LostMs);

    private string Absence(int at, int node) =>
        tally.IsAway(at, slice) && tally.AwayMs(at) > nodes.AbsentMs[node]
            ? $"on a volume that is away for {Words.Time(tally.AwayMs(at))}"
            : $"absent {Absence(node)}";

    private string Absence(int node) => Words.Time(nodes.AbsentMs[node]);

    private string Presence(int at, int node, bool releasing)
    {
        var isHere = nodes.AbsentMs[node] == 0 && !tally.IsAway(at, slice);
        var seen = isHere ? "present" : $"{Absence(at, node)}, within its grace of {Grace}";
        return nodes.Nodes[node].Draining ? seen + "; draining, so one more copy is wanted"
            : releasing ? seen + "; its owner wants the space back, so one more copy is wanted"
            : nodes.Struck[node] ? seen + "; it fell silent with many others"
            : seen;
    }

    private string Probation(int node)
    {
        var why = nodes.Young[node]
            ? $"on probation for {Words.Time(nodes.Nodes[node].YoungUntilMs!.Value - nodes.Now.MonotonicMs)} more"
            : "on probation, since other slices of this node failed audits";
        return $"{why}, and of copies on such nodes only {tally.ProbationMost()} of {count.Counts.Target} may count";
    }

    private string Clash(int domain, int by) =>
        $"same {nodes.DomainName(domain)} as {nodes.Ids[by].Brief}…";

    private void AddClaims(ImmutableArray<CopyVerdict>.Builder verdicts)
    {
        var claims = tally.Model.Claims;
        var urgency = NeedRule.ClassOf(count.Counts);
        for (var i = tally.FirstClaim(slice); i < claims.Length && claims[i].Slice == slice; i++)
        {
            var node = nodes.Find(claims[i].Node);
            var counts = IsValid(claims[i].Node);
            var fate = counts ? ClaimFate.Counted : tally.Judge(claims[i], node, urgency);
            // A holder's stale claim adds nothing to the verdict on its copy.
            if (node >= 0 && HasVerdict(verdicts, claims[i].Node)) continue;
            if (!counts && fate == ClaimFate.Counted)
                fate = nodes.OccupiedClash(node, out _) >= 0 ? ClaimFate.Duplicate : ClaimFate.Probation;
            verdicts.Add(new CopyVerdict(claims[i].Node, false, false, OfClaim(claims[i], node, fate, urgency)));
        }
    }

    private static bool HasVerdict(ImmutableArray<CopyVerdict>.Builder verdicts, NodeId node)
    {
        foreach (var verdict in verdicts)
            if (verdict.Node == node)
                return true;
        return false;
    }

    private bool IsValid(NodeId author)
    {
        foreach (var (claim, _) in tally.ValidClaims)
            if (claim.Node == author)
                return true;
        return false;
    }

    private string OfClaim(SliceClaim claim, int node, ClaimFate fate, Urgency urgency)
    {
        var fetched = $"fetching, {claim.ProgressPercent} % done";
        switch (fate)
        {
            case ClaimFate.Counted: return $"counted as a claim: {fetched}";
            case ClaimFate.NoRecord: return "claim not counted: no live record of this node";
            case ClaimFate.Absent: return $"claim not counted: absent {Absence(node)}";
            case ClaimFate.Stalled:
                var limit = Words.Time(nodes.Pace.Take(urgency).ClaimTtlMs);
                var none = claim.IsDoubted ? "no progress shown" : "no progress";
                return $"claim not counted: {fetched}, {none} for longer than {limit}";
            case ClaimFate.Overdue:
                var most = Words.Time(nodes.Pace.Take(urgency).FetchMostMs);
                return $"claim not counted: {fetched}, not done within {most}";
            case ClaimFate.Disproved:
                return $"claim not counted: {fetched} as it says, and it cannot show it";
            case ClaimFate.Broken:
                return "claim not counted: it claimed slices that others had to fetch";
            case ClaimFate.Probation: return "claim not counted: " + Probation(node);
            default:
                return "claim not counted: " + Clash(nodes.OccupiedClash(node, out var by), by);
        }
    }
}
