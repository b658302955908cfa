using System.Globalization;
using WeightSwarm.Core;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>What audits have found, as the CLI gets it.</summary>
internal static class AuditReplies
{
    /// <summary>Adds to each model how many of its counted copies are verified.</summary>
    public static void AddTo(HealthReply reply, SwarmCore core)
    {
        if (core.View is not { } view || core.AuditFreshness is not { } freshness) return;
        var said = reply.Models.ToDictionary(m => m.InfoHashV2);
        var fewest = freshness.Fewest(view.Watched.Where(m => said.ContainsKey(m.Entry.ModelId.ToString())));
        foreach (var (id, verified) in fewest) said[id.ToString()].Verified = (uint)verified;
    }

    /// <summary>Adds to each holder how many of its slices are verified.</summary>
    public static void AddTo(ShowReply reply, SwarmCore core, ModelView model)
    {
        if (core.AuditFreshness is not { } freshness) return;
        foreach (var info in reply.Holders)
            if (model.Holders.FirstOrDefault(h => h.Node.ToString() == info.NodeId) is { } holder)
                info.SlicesVerified = (uint)holder.Verified.Slices.Count(
                    slice => freshness.IsVerified(new CopyKey(holder.Node, model.Entry.ModelId, slice)));
    }

    /// <summary>Adds to each copy whether it is verified, and to each counted one why or why not.</summary>
    public static void AddTo(WhyReply reply, SwarmCore core, ModelView model)
    {
        if (core.AuditFreshness is not { } freshness) return;
        foreach (var slice in reply.Slices)
        {
            foreach (var copy in slice.Copies.Where(c => !c.Claim))
                if (NodeId.TryParse(copy.NodeId, out var holder))
                    Say(copy, core, freshness, new CopyKey(holder, model.Entry.ModelId, (int)slice.Slice));
            slice.Verified = (uint)slice.Copies.Count(c => c.Counted && c.Verified);
        }
    }

    private static void Say(WhyCopy copy, SwarmCore core, AuditFreshness freshness, CopyKey key)
    {
        var evidence = freshness.EvidenceOf(key);
        copy.Verified = evidence <= CopyEvidence.Audited;
        if (!copy.Counted) return;
        copy.Reason += Words(evidence);
        if (core.TimedHashes.Of(key).WasSlow) copy.Reason += "; its last timed hash was slow";
    }

    /// <summary>Adds what this node's own audits have found.</summary>
    public static void AddTo(StatusReply reply, SwarmCore core, SwarmView view)
    {
        var since = core.Now.UnixMs - AuditReports.FreshMs(view.Policy.Pace);
        var failed = core.Audits.Failed.Keys.Where(copy => IsClaimed(view, copy)).ToList();
        reply.Audits = new AuditInfo
        {
            CopiesPassed = (uint)core.Audits.Copies.Values.Count(a => a.HasCredit && a.PassedMs > since),
            CopiesFailed = (uint)failed.Count,
            NodesFailed = (uint)failed.Select(c => c.Holder).Distinct().Count(),
            LeavesAsked = (ulong)core.AuditsAsked.Leaves,
            ClaimsAsked = (ulong)core.ProgressAsked.Challenges,
            ClaimsShown = (ulong)core.ProgressAsked.Shown,
            CopiesSlow = (uint)core.TimedHashes.Copies.Values.Count(t => t.WasSlow),
            CopiesInTime = (uint)core.TimedHashes.Copies.Values.Count(t => t.InTime > 0 && !t.WasSlow),
        };
        if (failed.Count > 0)
            reply.Warnings.Add(string.Create(CultureInfo.InvariantCulture,
                $"copies of others that failed an audit do not count: {failed.Count}; see `weightswarm why MODEL`"));
    }

    /// <summary>What its holder has taken back is nobody's worry.</summary>
    private static bool IsClaimed(SwarmView view, CopyKey copy) => view.Models.Any(m =>
        m.Entry.ModelId == copy.Model && m.Holders.Any(h => h.Node == copy.Holder && h.Verified.Contains(copy.Slice)));

    /// <summary>No times: slices of which the same is to be said are shown together.</summary>
    private static string Words(CopyEvidence evidence) => evidence switch
    {
        CopyEvidence.Own => "; this node's own",
        CopyEvidence.Audited => "; audited lately",
        CopyEvidence.Stale => "; not audited lately",
        CopyEvidence.None => "; no audit of it is known yet",
        CopyEvidence.NoAuditor => "; there is no node of another failure domain that may audit it",
        _ => "",
    };
}
