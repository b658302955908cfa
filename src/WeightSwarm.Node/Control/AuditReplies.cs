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
        var failed = core.Audits.Failed;
        reply.Audits = new AuditInfo
        {
            CopiesPassed = (uint)core.Audits.Copies.Values.Count(a => a.HasCredit && a.PassedMs > since),
            CopiesFailed = (uint)failed.Count,
            NodesFailed = (uint)failed.Keys.Select(c => c.Holder).Distinct().Count(),
            LeavesAsked = (ulong)core.AuditsAsked.Leaves,
        };
        if (!failed.IsEmpty)
            reply.Warnings.Add(string.Create(CultureInfo.InvariantCulture,
                $"{failed.Count} copies on other nodes failed an audit and do not count: see `weightswarm why MODEL`"));
    }

    /// <summary>No times: slices of which the same is to be said are shown together.</summary>
    private static string Words(SwarmCore core, AuditFreshness freshness, CopyKey copy) =>
        copy.Holder == core.Self ? ""
        : freshness.PassedMs(copy) > 0 ? "; audited lately"
        : "; not audited lately";
}
