using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>The reasons of the planner as the CLI gets them.</summary>
internal static class WhyReplies
{
    public static WhySlice Of(SwarmCore core, ModelView view, int slice, Instant now)
    {
        var count = SliceCounter.Explain(view, slice, core.View!, now);
        var why = new WhySlice
        {
            Slice = (uint)slice,
            Durable = (uint)count.Durable,
            Recent = (uint)count.Recent,
            Online = (uint)count.Online,
            Claims = (uint)count.Claims,
            Need = (uint)count.Need,
            Next = Next(core, view, slice, count),
        };
        why.Copies.AddRange(count.Copies.Select(c => new WhyCopy
        {
            NodeId = c.Node.ToString(),
            Counted = c.Counted,
            Claim = !view.Holders.Any(h => h.Node == c.Node && h.Verified.Contains(slice)),
            Reason = WithoutVerdict(c.Reason),
        }));
        return why;
    }

    /// <summary>The verdict stands in a field of its own; the words are the reason alone.</summary>
    private static string WithoutVerdict(string reason)
    {
        foreach (var verdict in new[] { "not counted: ", "counted: " })
            if (reason.StartsWith(verdict, StringComparison.Ordinal))
                return reason[verdict.Length..];
        return reason;
    }

    public static string Word(Risk risk) => risk switch
    {
        Risk.Safe => "safe",
        Risk.Thin => "thin",
        Risk.Endangered => "endangered",
        Risk.Critical => "critical",
        _ => "lost",
    };

    public static string Word(PlanAction action) => action switch
    {
        PlanAction.Take => "take",
        PlanAction.Fetch => "fetch",
        PlanAction.Cancel => "cancel",
        PlanAction.Wait => "wait",
        PlanAction.Blocked => "blocked",
        _ => "keep",
    };

    public static string Word(Urgency urgency) => urgency == Urgency.None ? "none" : $"U{(int)urgency}";

    private static string Next(SwarmCore core, ModelView view, int slice, SliceCount count)
    {
        var step = core.Plan.Steps.FirstOrDefault(s => s.Model == view.Entry.ModelId && s.Slice == slice);
        if (step is not null && step.Action != PlanAction.Keep) return $"here: {Word(step.Action)}: {step.Reason}";
        if (count.Need == 0 && count.Claims == 0)
            return count.Durable >= count.Target ? "nothing: every copy is there"
                : "nothing while the absent holders are within their grace";
        return count.Need == 0 ? $"{count.Claims} being fetched"
            : $"{count.Need} more wanted; other nodes decide for themselves";
    }
}
