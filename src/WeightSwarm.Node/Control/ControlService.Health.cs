using Grpc.Core;
using WeightSwarm.Core;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Durability;
using WeightSwarm.Node.Store;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>health, plan and why: what the planner sees, decides and expects.</summary>
public sealed partial class ControlService
{
    private const string Basis =
        "counted: the holder hashed every piece and signs that it holds it, and no audit of this node's says " +
        "otherwise; verified: of these this node's own, and those of which random parts were proved lately to a node " +
        "of another failure domain; claimed: the others";

    /// <inheritdoc/>
    public override Task<HealthReply> Health(HealthRequest request, ServerCallContext context)
    {
        var last = drills.Latest().ToDictionary(d => d.Model);
        var lifetime = LifetimeEstimate.Of(store.Lifetimes.Load(_startedMs, clock.Now.UnixMs));
        return AnswerFromCore(core =>
        {
            var reply = new HealthReply { Basis = Basis };
            var only = request.Model.Length > 0 ? Find(core, request.Model).Entry.ModelId : (Hash256?)null;
            if (core.View is { } view)
                reply.Models.AddRange(HealthReport.Of(view, clock.Now).Models
                    .Where(m => only is null || m.Entry.ModelId == only)
                    .Select(m => Of(m, last.GetValueOrDefault(m.Entry.ModelId))));
            UnwantedReplies.Note(core, reply, clock.Now);
            LossReplies.Note(core, reply, lifetime, clock.Now);
            AuditReplies.AddTo(reply, core);
            WatchReplies.Note(core, reply, only);
            return reply;
        }, context);
    }

    /// <inheritdoc/>
    public override Task<PlanReply> Plan(PlanRequest request, ServerCallContext context) => AnswerFromCore(core =>
    {
        var reply = new PlanReply { ViewVersion = (ulong)core.Plan.ViewVersion };
        reply.Lines.AddRange(PlanText.Collapse(core.Plan).Select(range => LineOf(core, range)));
        UnwantedReplies.Note(core, reply, clock.Now);
        reply.Lines.AddRange(ReleaseReplies.Of(core).Select(LineOf));
        return reply;
    }, context);

    /// <inheritdoc/>
    public override Task<WhyReply> Why(WhyRequest request, ServerCallContext context) => AnswerFromCore(core =>
    {
        var view = Find(core, request.Model);
        var reply = new WhyReply
        {
            Model = ModelReplies.Of(core, view.Entry),
            Origin = origins.Describe(view.Entry),
        };
        WatchReplies.Note(core, reply, view.Entry.ModelId);
        for (var slice = 0; slice < view.Entry.Slices && reply.NotWatched.Length == 0; slice++)
            reply.Slices.Add(WhyReplies.Of(core, view, slice, clock.Now));
        UnwantedReplies.Note(core, view, reply, clock.Now);
        AuditReplies.AddTo(reply, core, view);
        return reply;
    }, context);

    private static V1.ModelHealth Of(Core.Planning.ModelHealth health, RestoreDrillRecord? drill) => new()
    {
        Name = health.Entry.Model,
        Revision = health.Entry.Revision,
        InfoHashV2 = health.Entry.ModelId.ToString(),
        Bytes = (ulong)health.Entry.Bytes,
        Slices = (uint)health.Entry.Slices,
        TargetCopies = (uint)health.Target,
        Counted = (uint)health.Counted,
        Fetching = (uint)health.Fetching,
        Online = (uint)health.Online,
        Risk = WhyReplies.Word(health.Risk),
        SlicesBelowTarget = (uint)health.SlicesBelowTarget,
        LastDrill = drill is null ? null : Of(drill),
    };

    private static V1.PlanLine LineOf(ReleaseInfo release) => new()
    {
        Action = "release",
        Model = release.Model,
        Revision = release.Revision,
        FirstSlice = release.FirstSlice,
        LastSlice = release.LastSlice,
        Bytes = release.Bytes,
        Urgency = "none",
        Reason = $"{release.Reason}: {release.WaitsFor}",
        DueInMs = (long)release.DueInMs,
    };

    private static V1.PlanLine LineOf(SwarmCore core, PlanRange range)
    {
        var entry = core.View?.Models.FirstOrDefault(m => m.Entry.ModelId == range.Model)?.Entry;
        return new V1.PlanLine
        {
            Action = WhyReplies.Word(range.Action),
            Model = entry?.Model ?? range.Model.ToString(),
            Revision = entry?.Revision ?? "",
            FirstSlice = (uint)range.First,
            LastSlice = (uint)range.Last,
            Bytes = (ulong)range.Bytes,
            Urgency = WhyReplies.Word(range.Urgency),
            Reason = range.Reason,
            DueInMs = range.Action == PlanAction.Wait ? range.DueInMs : -1,
        };
    }
}
