using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>The copies of one slice, counted in the ways that the need depends on.</summary>
/// <param name="Target">Wanted copies (N).</param>
/// <param name="Durable">Counted copies, present or within their grace (D).</param>
/// <param name="Recent">Those seen within the recent window (R).</param>
/// <param name="Online">Those seen within the online window (O).</param>
/// <param name="Claims">Valid claims (P).</param>
/// <param name="StayingDurable">Durable copies whose holder is not draining.</param>
/// <param name="StayingRecent">Recent copies whose holder is not draining.</param>
public readonly record struct CopyCounts(
    int Target, int Durable, int Recent, int Online, int Claims, int StayingDurable, int StayingRecent)
{
    /// <summary>
    /// Of the recent copies those that are not online and whose holders fell silent with many others in one moment.
    /// </summary>
    public int Struck { get; init; }

    /// <summary>Recent copies that are there, or whose holders went alone as they do every day.</summary>
    public int Relied => Recent - Struck;
}

/// <summary>
/// How many copies are still to be taken on, and how hurried that is.
/// <para>
/// An absent copy is usually a sleeping one, so it counts for days (D). But the fewer copies there are, the less the
/// others can be trusted to come back in time: when fewer than about half were seen today (R), or hardly any is
/// reachable now (O), a replacement is made earlier. That is grace scaled by urgency: as little traffic as a long
/// grace, as few losses as a short one. Source: the planner's reference, section 3.2:
/// </para>
/// <code>need = max(0, N - D - P, ceil((N+1)/2) - R - P, (O &lt;= 1 and R &lt;= 2 and P = 0) ? 1 : 0)</code>
/// <para>Three deviations:</para>
/// <list type="bullet">
/// <item>"O &lt;= 1" is "O &lt; min(2, N)": with N = 1 a single copy that is online is all that is wanted, and the
/// reference's form would want one more, for ever. With everything online the need is then max(0, N - D - P) for
/// every N, and it is never above max(0, N - O - P) where no holder is draining.</item>
/// <item>"A draining holder raises need by one" is read as: its copy is left out of D and R in the formula (and only
/// there), so that the raise ends by itself once a replacement is verified.</item>
/// <item>"R &lt;= 2" is "R &lt;= 2 or S &gt;= 2", and the class is that of R - S, where S are the copies that fell
/// silent with many others at once (<see cref="MassAbsence"/>). The reference waits for a day until they cease to be
/// recent; when three nodes in ten die in one moment, that is a day in which whoever is the last holder left may die
/// too. It is one copy more at most, and none where two are within reach.</item>
/// </list>
/// </summary>
public static class NeedRule
{
    /// <summary>Copies to take on, at least 0.</summary>
    public static int Need(CopyCounts c)
    {
        var durable = c.Target - c.StayingDurable - c.Claims;
        var recent = (c.Target + 2) / 2 - c.StayingRecent - c.Claims;
        var online = IsLastInReach(c) && c.Claims == 0 ? 1 : 0;
        return Math.Max(0, Math.Max(Math.Max(durable, recent), online));
    }

    private static bool IsLastInReach(CopyCounts c) =>
        c.Online < Math.Min(2, c.Target) && c.Relied <= 2;

    /// <summary>The class of a deficit by its counts.</summary>
    public static Urgency ClassOf(CopyCounts counts) => ClassOf(counts.Target, counts.Relied);

    /// <summary>
    /// The class of a deficit by the copies seen lately: U0, U1 or U2. It does not depend on claims, so that the time
    /// for which a claim counts can depend on it.
    /// </summary>
    public static Urgency ClassOf(int target, int recent) =>
        recent <= 1 ? Urgency.U0
        : recent == 2 || 3 * recent < target ? Urgency.U1
        : Urgency.U2;

    /// <summary>
    /// The urgency of the whole: none without need; U3 where it would be U2 and enough copies exist but some do not
    /// count because they share a failure domain.
    /// </summary>
    /// <param name="counts">The counted copies.</param>
    /// <param name="need">From <see cref="Need"/>.</param>
    /// <param name="physical">Staying copies within their grace, duplicates of a domain included.</param>
    public static Urgency UrgencyOf(CopyCounts counts, int need, int physical)
    {
        if (need == 0) return Urgency.None;
        var urgency = ClassOf(counts);
        return urgency == Urgency.U2 && physical >= counts.Target ? Urgency.U3 : urgency;
    }
}
