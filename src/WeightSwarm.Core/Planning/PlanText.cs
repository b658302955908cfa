using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>Consecutive slices of one model that the plan says the same about.</summary>
/// <param name="Action">What to do.</param>
/// <param name="Model">Model id.</param>
/// <param name="First">The first slice.</param>
/// <param name="Last">The last slice, included.</param>
/// <param name="Urgency">How hurried.</param>
/// <param name="Bytes">What a copy of all of them takes on disk.</param>
/// <param name="DueInMs">The shortest wait among them.</param>
/// <param name="Reason">Why.</param>
public sealed record PlanRange(
    PlanAction Action, Hash256 Model, int First, int Last, Urgency Urgency, long Bytes, long DueInMs, string Reason);

/// <summary>
/// Shortens a plan for people: a model of a thousand slices that all wait for the same reason is one line. Ranges keep
/// the plan's order by their most urgent, then first-placed step.
/// </summary>
public static class PlanText
{
    /// <summary>Joins consecutive slices with the same action, urgency and reason.</summary>
    public static ImmutableArray<PlanRange> Collapse(Plan plan)
    {
        var steps = plan.Steps.Select((step, place) => (Step: step, Place: place))
            .OrderBy(s => s.Step.Model).ThenBy(s => s.Step.Slice).ToList();
        var ranges = new List<(PlanRange Range, int Place)>();
        foreach (var (step, place) in steps)
        {
            if (ranges.Count > 0 && Continues(ranges[^1].Range, step))
                ranges[^1] = (Extend(ranges[^1].Range, step), Math.Min(ranges[^1].Place, place));
            else
                ranges.Add((Single(step), place));
        }
        return [.. ranges.OrderBy(r => r.Place).Select(r => r.Range)];
    }

    private static PlanRange Single(PlanStep step) => new(
        step.Action, step.Model, step.Slice, step.Slice, step.Urgency, step.Bytes, step.DueInMs, step.Reason);

    private static bool Continues(PlanRange range, PlanStep step) =>
        range.Model == step.Model && range.Last + 1 == step.Slice && range.Action == step.Action
        && range.Urgency == step.Urgency && range.Reason == step.Reason;

    private static PlanRange Extend(PlanRange range, PlanStep step) => range with
    {
        Last = step.Slice,
        Bytes = range.Bytes + step.Bytes,
        DueInMs = Math.Min(range.DueInMs, step.DueInMs),
    };
}
