using Grpc.Core;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Store;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>decline, declined and accept: which models this node does not take.</summary>
public sealed partial class ControlService
{
    /// <inheritdoc/>
    public override Task<DeclinedReply> Decline(DeclineRequest request, ServerCallContext context) =>
        Answer(() => DeclinedAsync(
            consent.Decline(new DeclineRule
            {
                Licence = request.Licence,
                LargerThan = (long)Math.Min(request.LargerThan, long.MaxValue),
                Name = request.Name,
                Hazard = request.Hazard,
                Reason = request.Reason,
            }),
            context.CancellationToken));

    /// <inheritdoc/>
    public override Task<DeclinedReply> Declined(DeclinedRequest request, ServerCallContext context) =>
        Answer(() => DeclinedAsync(0, context.CancellationToken));

    /// <inheritdoc/>
    public override Task<DeclinedReply> Accept(AcceptRequest request, ServerCallContext context) => Answer(() =>
    {
        var number = (int)Math.Min(request.Number, int.MaxValue);
        consent.Accept(number);
        return DeclinedAsync(number, context.CancellationToken);
    });

    private Task<DeclinedReply> DeclinedAsync(int number, CancellationToken cancellation)
    {
        var rules = consent.Rules;
        return inbox.AskAsync(core =>
        {
            var reply = new DeclinedReply { Number = (uint)number };
            reply.Rules.AddRange(rules.Select(kept => InfoOf(core, kept)));
            return reply;
        }, cancellation);
    }

    private static DeclineInfo InfoOf(SwarmCore? core, KeptRule kept)
    {
        var info = new DeclineInfo
        {
            Number = (uint)kept.Number,
            Licence = kept.Rule.Licence,
            LargerThan = (ulong)kept.Rule.LargerThan,
            Name = kept.Rule.Name,
            Hazard = kept.Rule.Hazard,
            Reason = kept.Rule.Reason,
            SinceMs = (ulong)kept.SinceMs,
            Words = kept.Rule.Words(),
        };
        var rules = new Declines([kept.Rule]);
        foreach (var view in core is null ? [] : Models(core))
        {
            if (rules.RuleAgainst(view.Entry) is null) continue;
            info.Models.Add($"{view.Entry.Model}@{view.Entry.Revision}");
            var held = core!.Held.GetValueOrDefault(view.Entry.ModelId) ?? SliceSet.Empty;
            if (!held.IsEmpty) info.Held.Add(HoldingOf(view.Entry, held, IsInPlace(view, core.Self)));
        }
        return info;
    }

    private static bool IsInPlace(Core.Planning.ModelView view, Core.Identity.NodeId self) =>
        view.Holders.Any(h => h.Node == self && h.InPlace);

    private static DeclinedHolding HoldingOf(Core.Catalogue.Entry entry, SliceSet held, bool inPlace) => new()
    {
        Model = entry.Model,
        Revision = entry.Revision,
        Slices = (uint)held.Count,
        Bytes = (ulong)held.Slices.Sum(entry.SliceBytes),
        InPlace = inPlace,
    };
}
