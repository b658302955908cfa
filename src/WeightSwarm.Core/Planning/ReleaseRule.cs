using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Planning;

/// <summary>What has to be done when a release moves on.</summary>
public enum ReleaseAct
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>Publish the intent with the release's ticket.</summary>
    Announce,
    /// <summary>Challenge the holders in <see cref="Release.Asked"/>.</summary>
    Ask,
    /// <summary>Publish that the intent is withdrawn.</summary>
    Withdraw,
    /// <summary>Enough others have proved their copies: publish the holding without the slice, then move it to the
    /// trash.</summary>
    GiveUp,
    /// <summary>The same because the owner's deadline has passed: nobody has proved anything.</summary>
    GiveUpUnproven,
    /// <summary>The release is no longer wanted, and no intent of it is out.</summary>
    Drop,
}

/// <summary>A release after one step, and what the step asks for.</summary>
/// <param name="Release">As it is from now on.</param>
/// <param name="Act">What to do.</param>
public sealed record ReleaseStep(Release Release, ReleaseAct Act);

/// <summary>
/// The release rule: ticketed intent, wait, fresh receipts. The only way on which this node gives up a verified slice.
/// Pure: the same release, facts, time and draws give the same step. Why it is safe stands in RELEASE.md beside this
/// file. Source: gossip-planner section 3.5.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="pace">All timers.</param>
/// <param name="random">Draws the back-off.</param>
public sealed class ReleaseRule(NodeId self, Pace pace, SplitMix64 random)
{
    /// <summary>A trim leaves so many copies more than wanted (h), so that the next absence does not undo it.</summary>
    public const int TrimMargin = 2;

    /// <summary>A challenge goes to at most so many holders.</summary>
    public const int MostAsked = 64;

    /// <summary>One step.</summary>
    public ReleaseStep Next(Release release, ReleaseFacts facts, Instant now)
    {
        if (!facts.Wanted)
            return release.IsPending
                ? Withdraw(release, now, "no longer wanted")
                : new ReleaseStep(release, ReleaseAct.Drop);
        if (facts.OwnerWins) return new ReleaseStep(release, ReleaseAct.GiveUpUnproven);
        return release.Phase switch
        {
            ReleasePhase.Waiting => Wait(release, facts, now),
            ReleasePhase.BackingOff => now.MonotonicMs < release.DueMs
                ? new ReleaseStep(release, ReleaseAct.None)
                : Wait(release with { Phase = ReleasePhase.Waiting }, facts, now),
            _ => Pursue(Exclude(release, facts), facts, now),
        };
    }

    /// <summary>
    /// Takes in the end of a challenge. A holder whose answer names a smaller ticket of its own is excluded, whether or
    /// not gossip has brought its intent.
    /// </summary>
    /// <param name="release">The release that asked.</param>
    /// <param name="holder">Who was asked.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="ticketMs">The holder's own pending intent on the slice by its answer; 0 for none.</param>
    public static Release Receive(Release release, NodeId holder, ReceiptOutcome outcome, long ticketMs)
    {
        if (release.Phase != ReleasePhase.Collecting || !release.Asked.Contains(holder)) return release;
        var before = ticketMs > 0 && new ReleaseTicket(ticketMs, holder).CompareTo(release.Ticket) < 0;
        return release with
        {
            Asked = release.Asked.Remove(holder),
            Receipts = release.Receipts.SetItem(holder, outcome),
            Excluded = before ? release.Excluded.Add(holder) : release.Excluded,
        };
    }

    /// <summary>
    /// Of the given holders the most that this count finds with no failure domain in common, in their order, those on
    /// probation last and at most floor(N/3) of them: whoever made them may take them away together. A holder without
    /// any domain shares none. (Counting lets more of them count where there are too few others; nothing is given up on
    /// the strength of that.)
    /// </summary>
    public static int CountApart(IEnumerable<ReleaseHolder> holders, int target)
    {
        SortedSet<string>? taken = null;
        int count = 0, onProbation = 0;
        foreach (var holder in holders.OrderBy(h => h.OnProbation))
        {
            if (holder.OnProbation && onProbation == target / 3) break;
            if (!holder.Domains.IsEmpty)
            {
                taken ??= new SortedSet<string>(StringComparer.Ordinal);
                if (holder.Domains.Any(taken.Contains)) continue;
                taken.UnionWith(holder.Domains);
            }
            count++;
            if (holder.OnProbation) onProbation++;
        }
        return count;
    }

    /// <summary>Copies elsewhere that the view shows.</summary>
    public static int Seen(ReleaseFacts facts) => CountApart(facts.Holders.Where(h => h.Counts), facts.Target);

    /// <summary>Of these, the ones that are not being released themselves and could give a receipt.</summary>
    public static int Visible(ReleaseFacts facts) =>
        CountApart(facts.Holders.Where(h => h.Counts && !HasIntent(facts, h.Node)), facts.Target);

    /// <summary>Copies elsewhere that are proven in this attempt: C of the rule.</summary>
    public static int Proven(Release release, ReleaseFacts facts) => CountApart(facts.Holders.Where(holder =>
        holder.Counts && !release.Excluded.Contains(holder.Node) &&
        release.Receipts.TryGetValue(holder.Node, out var outcome) && outcome == ReceiptOutcome.Proven), facts.Target);

    private ReleaseStep Wait(Release release, ReleaseFacts facts, Instant now)
    {
        var (visible, needed) = (Visible(facts), facts.Needed(release.Reason));
        if (visible < needed)
            return Stay(release, $"waits for copies elsewhere: {visible} of {needed} seen");
        if (facts.Forbidden is { } why) return Stay(release, why);
        if (facts.MonitorsCut) return Stay(release, "fewer than half of its monitors answer");
        if (now.MonotonicMs < release.DueMs) return Stay(release, "waits for its turn");
        if (!facts.MayAnnounce) return Stay(release, "waits for others of its own to finish");
        var announced = release with
        {
            Phase = ReleasePhase.Announced,
            DueMs = now.MonotonicMs + pace.ReleaseWaitMs,
            Ticket = new ReleaseTicket(now.UnixMs, self),
            NeighboursAtStart = facts.Neighbours,
            Excluded = [],
            Asked = [],
            Receipts = ImmutableSortedDictionary<NodeId, ReceiptOutcome>.Empty,
            Words = "announced; waits until everybody has seen it",
        };
        return new ReleaseStep(Exclude(announced, facts), ReleaseAct.Announce);
    }

    private ReleaseStep Pursue(Release release, ReleaseFacts facts, Instant now)
    {
        if (facts.Forbidden is { } why) return Withdraw(release, now, why);
        if (facts.MonitorsCut) return Withdraw(release, now, "fewer than half of its monitors answer");
        if (2 * facts.Neighbours < release.NeighboursAtStart)
            return Withdraw(
                release, now, $"only {facts.Neighbours} of {release.NeighboursAtStart} neighbours are left");
        if (WhyOutOfTime(release, now) is { } slept) return Withdraw(release, now, slept);
        if (release.Phase == ReleasePhase.Announced)
            return now.MonotonicMs < release.DueMs
                ? new ReleaseStep(release, ReleaseAct.None)
                : Ask(release, facts, now);
        return Decide(release, facts, now);
    }

    /// <summary>
    /// A machine that slept, or whose clock was set, has a wait behind it that nobody else saw: its intent may have
    /// expired everywhere.
    /// </summary>
    private string? WhyOutOfTime(Release release, Instant now)
    {
        var ageMs = now.UnixMs - release.Ticket.IssuedMs;
        return ageMs < -pace.ClockSkewMs || ageMs > pace.ReleaseWaitMs + pace.ReceiptMs + pace.ClockSkewMs
            ? $"its clocks do not agree on how long it has waited ({Words.Time(Math.Abs(ageMs))} by the wall clock)"
            : null;
    }

    private ReleaseStep Ask(Release release, ReleaseFacts facts, Instant now)
    {
        var asked = facts.Holders.Where(h => h.Counts && !release.Excluded.Contains(h.Node)).Take(MostAsked);
        var asking = release with
        {
            Phase = ReleasePhase.Collecting,
            DueMs = now.MonotonicMs + pace.ReceiptMs,
            Asked = [.. asked.Select(h => h.Node)],
            Words = "asks the other holders for proof",
        };
        return asking.Asked.IsEmpty ? Decide(asking, facts, now) : new ReleaseStep(asking, ReleaseAct.Ask);
    }

    private ReleaseStep Decide(Release release, ReleaseFacts facts, Instant now)
    {
        var (proven, needed) = (Proven(release, facts), facts.Needed(release.Reason));
        // A view that was held up while the challenges ran must not make old receipts good.
        var late = now.MonotonicMs > release.DueMs;
        if (proven >= needed && !late)
            return new ReleaseStep(
                release with { Words = $"{proven} copies elsewhere are proven, {needed} were needed" },
                ReleaseAct.GiveUp);
        if (!release.Asked.IsEmpty && now.MonotonicMs < release.DueMs)
            return new ReleaseStep(release, ReleaseAct.None);
        return Withdraw(release, now, $"only {proven} of {needed} copies elsewhere could be proven");
    }

    private Release Exclude(Release release, ReleaseFacts facts)
    {
        var excluded = release.Excluded;
        foreach (var intent in facts.Intents)
            if (intent.Ticket.Node != self && intent.Ticket.CompareTo(release.Ticket) < 0)
                excluded = excluded.Add(intent.Ticket.Node);
        return excluded == release.Excluded ? release : release with { Excluded = excluded };
    }

    private ReleaseStep Withdraw(Release release, Instant now, string why) => new(
        release with
        {
            Phase = ReleasePhase.BackingOff,
            DueMs = now.MonotonicMs + pace.ReleaseBackoffMs + random.Below(pace.ReleaseBackoffMs),
            Asked = [],
            Words = why,
        },
        ReleaseAct.Withdraw);

    private static ReleaseStep Stay(Release release, string why) =>
        new(release.Words == why ? release : release with { Words = why }, ReleaseAct.None);

    // Before an own ticket exists, every visible intent is an earlier one.
    private static bool HasIntent(ReleaseFacts facts, NodeId node)
    {
        foreach (var intent in facts.Intents)
            if (intent.Ticket.Node == node)
                return true;
        return false;
    }
}
