using Grpc.Core;
using WeightSwarm.Core;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>plan --what-if: what the planners of all nodes would do in a network that is not quite this one.</summary>
public sealed partial class ControlService
{
    /// <inheritdoc/>
    public override Task<WhatIfReply> WhatIf(WhatIfRequest request, ServerCallContext context) => Answer(async () =>
    {
        var question = Core.Planning.WhatIf.Parse(request.Question) ?? throw Usage(
            "bad-what-if", $"'{request.Question}' cannot be answered: ask {Core.Planning.WhatIf.Forms}");
        var view = await inbox.AskAsync(ViewToAsk, context.CancellationToken);
        // Views are values: however long it takes, the core goes on meanwhile.
        return await Task.Run(
            () => WhatIfReplies.Of(view, question, request.Seed, clock.Now), context.CancellationToken);
    });

    private static SwarmView ViewToAsk(SwarmCore? core)
    {
        _ = Known(core);
        return core!.View!;
    }
}

/// <summary>The answer to a what-if as the CLI gets it.</summary>
internal static class WhatIfReplies
{
    public static WhatIfReply Of(SwarmView view, WhatIf question, ulong seed, Instant now)
    {
        var (report, assumption) = Ask(view, question, seed, now);
        var reply = new WhatIfReply
        {
            Assumption = assumption,
            Draws = (uint)report.Draws,
            Seed = seed,
            NodesGone = (uint)report.NodesGone,
            Nodes = (uint)view.Nodes.Values.Count(
                n => n.Id == view.Self || n.AbsentMs(now) <= view.Policy.Pace.GraceMs),
            Median = Of(report.Median),
            Worst = Of(report.Worst),
        };
        reply.Models.AddRange(report.Models.Select(Of));
        return reply;
    }

    private static (WhatIfReport Report, string Assumption) Ask(
        SwarmView view, WhatIf question, ulong seed, Instant now)
    {
        switch (question)
        {
            case WhatIf.Lose lose:
                return (WhatIfReport.OfLoss(view, lose.Percent, seed, now),
                    $"{lose.Percent} % of the nodes are gone for good at once");
            case WhatIf.Copies copies:
                return (WhatIfReport.OfCopies(view, copies.Wanted, now),
                    $"the network wants {copies.Wanted} copies, where an entry does not say how many");
            default:
                var node = NodeOf(view, ((WhatIf.Leave)question).Node);
                return (WhatIfReport.OfLeaving(view, node, now),
                    $"node {node.Brief}… is gone for good and has handed nothing over");
        }
    }

    private static NodeId NodeOf(SwarmView view, string text)
    {
        var found = text.Length < NodeId.ShortestPrefix ? [] : view.Nodes.Keys
            .Where(id => id.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase)).ToList();
        if (found.Count == 1) return found[0];
        throw new ControlException(
            found.Count == 0 ? ControlExit.NotFound : ControlExit.Usage,
            found.Count == 0 ? "no-such-node" : "ambiguous",
            $"'{text}' is {(found.Count == 0 ? "no node" : "more than one node")} that this one knows: give the first "
                + $"{NodeId.ShortestPrefix} or more characters of one that `weightswarm peers` lists");
    }

    private static WhatIfModel Of(ModelWhatIf model) => new()
    {
        Name = model.Worst.Entry.Model,
        Revision = model.Worst.Entry.Revision,
        InfoHashV2 = model.Worst.Entry.ModelId.ToString(),
        CopiesNow = (uint)model.Now,
        Median = Of(model.Median),
        Worst = Of(model.Worst),
    };

    private static WhatIfOutcome Of(ModelOutlook outlook) => new()
    {
        TargetCopies = (uint)outlook.Target,
        Copies = (uint)outlook.Copies,
        CopiesRepaired = (uint)outlook.Repaired,
        Risk = WhyReplies.Word(outlook.Risk),
        BytesToCopy = (ulong)outlook.BytesToCopy,
        BytesUnplaced = (ulong)outlook.BytesUnplaced,
    };

    private static WhatIfTotals Of(WhatIfTotal total) => new()
    {
        Thin = (uint)total.Thin,
        Endangered = (uint)total.Endangered,
        Critical = (uint)total.Critical,
        Lost = (uint)total.Lost,
        BytesToCopy = (ulong)total.BytesToCopy,
        BytesUnplaced = (ulong)total.BytesUnplaced,
    };
}
