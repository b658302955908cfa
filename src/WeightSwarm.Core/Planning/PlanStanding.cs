using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// For how long a plan stands by itself. Planning is level-triggered: the same view, situation and memory give the same
/// plan at any time, but for what the clock alone changes. That is the standing of absent nodes, the end of probations,
/// the patience with claims, the age of volumes that are away, and every wait of the plan itself.
/// </summary>
internal static class PlanStanding
{
    /// <summary>
    /// Monotonic time before which another pass over the same view would give this plan again; now when that is not
    /// known.
    /// </summary>
    public static long UntilMs(SwarmView view, Plan plan, Instant now)
    {
        foreach (var step in plan.Steps)
            if (step.Action != PlanAction.Keep)
                return now.MonotonicMs;
        foreach (var model in view.Watched)
            if (IsMoving(model))
                return now.MonotonicMs;
        var until = long.MaxValue;
        foreach (var node in view.Nodes.Values)
        {
            if (node.AbsentSinceMs is { } since)
                until = Math.Min(until, NextStandingMs(since, view.Policy.Pace, now));
            if (node.IsYoung(now)) until = Math.Min(until, node.YoungUntilMs!.Value);
        }
        return until;
    }

    /// <summary>
    /// Monotonic time of the next pass: a minute later, as always; or when the first wait for something urgent is over,
    /// as who stands first for a last copy waits for two seconds and not for a minute more; or when a copy ceases to be
    /// recent, which is what makes another one the last. Passes are half a turn of the most urgent class apart at
    /// least, so that a thousand such waits cost no thousand passes.
    /// </summary>
    public static long NextPassMs(SwarmView view, Plan plan, Instant now)
    {
        var pace = view.Policy.Pace;
        var (next, soonest) = (pace.PlanMs, pace.U0.StepMs / 2);
        foreach (var step in plan.Steps)
            if (step.Action == PlanAction.Wait && step.Urgency <= Urgency.U1)
                next = Math.Min(next, Math.Max(step.DueInMs, soonest));
        foreach (var node in view.Nodes.Values)
            if (node.AbsentSinceMs + pace.RecentMs + 1 - now.MonotonicMs is > 0 and var inMs)
                next = Math.Min(next, Math.Max(inMs, soonest));
        return now.MonotonicMs + next;
    }

    /// <summary>A claim of one who holds the slice by now has nothing left to say.</summary>
    private static bool IsMoving(ModelView model)
    {
        foreach (var holder in model.Holders)
            if (!holder.Away.IsEmpty)
                return true;
        foreach (var claim in model.Claims)
            if (!Holds(model, claim))
                return true;
        return false;
    }

    private static bool Holds(ModelView model, SliceClaim claim)
    {
        foreach (var holder in model.Holders)
            if (holder.Node == claim.Node)
                return holder.Verified.Contains(claim.Slice);
        return false;
    }

    private static long NextStandingMs(long sinceMs, Pace pace, Instant now)
    {
        var absent = now.MonotonicMs - sinceMs;
        var next = long.MaxValue;
        foreach (var border in (ReadOnlySpan<long>)[pace.OnlineMs, pace.RecentMs, pace.GraceMs, pace.LostMs])
            if (absent <= border)
                next = Math.Min(next, sinceMs + border + 1);
        return next;
    }
}
