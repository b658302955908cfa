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
    /// <summary>Adds to each model how many copies were audited lately.</summary>
    public static void AddTo(HealthReply reply, SwarmCore core)
    {
        if (core.AuditFreshness?.Audited() is not { } audited) return;
        foreach (var model in reply.Models)
            if (Hash256.TryParseHex(model.InfoHashV2, out var id))
                model.Audited = (uint)audited.GetValueOrDefault(id);
    }

    /// <summary>Adds to each counted copy whether it was audited lately.</summary>
    public static void AddTo(WhyReply reply, SwarmCore core, ModelView model)
    {
        if (core.AuditFreshness is not { } freshness) return;
        foreach (var slice in reply.Slices)
            foreach (var copy in slice.Copies.Where(c => c.Counted))
                if (NodeId.TryParse(copy.NodeId, out var holder))
                    copy.Reason += Words(
                        core, freshness, new CopyKey(holder, model.Entry.ModelId, (int)slice.Slice));
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
        };
        if (failed.Count > 0)
            reply.Warnings.Add(string.Create(CultureInfo.InvariantCulture,
                $"copies of others that failed an audit do not count: {failed.Count}; see `weightswarm why MODEL`"));
    }

    /// <summary>What its holder has taken back is nobody's worry.</summary>
    private static bool IsClaimed(SwarmView view, CopyKey copy) => view.Models.Any(m =>
        m.Entry.ModelId == copy.Model && m.Holders.Any(h => h.Node == copy.Holder && h.Verified.Contains(copy.Slice)));

    /// <summary>No times: slices of which the same is to be said are shown together.</summary>
    private static string Words(SwarmCore core, AuditFreshness freshness, CopyKey copy) =>
        copy.Holder == core.Self ? ""
        : freshness.PassedMs(copy) > 0 ? "; audited lately"
        : "; not audited lately";
}
