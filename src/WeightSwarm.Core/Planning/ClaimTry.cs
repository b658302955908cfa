namespace WeightSwarm.Core.Planning;

/// <summary>
/// One node's attempts to fetch one slice, as this node saw them: for how long its claim deserves patience. A claim may
/// be withdrawn and made again, and a fetch may begin anew, but neither buys new patience: only more progress than ever
/// before does. Times are monotonic milliseconds of the viewer.
/// </summary>
/// <param name="BeganMs">Since when the claim stands, or stood last.</param>
/// <param name="Best">The most progress that it ever told of, percent.</param>
/// <param name="BestAtMs">When that was first heard.</param>
/// <param name="SeenMs">When the claim was last heard of.</param>
/// <param name="Open">The claim stands.</param>
internal readonly record struct ClaimTry(long BeganMs, int Best, long BestAtMs, long SeenMs, bool Open)
{
    /// <summary>The first claim.</summary>
    public static ClaimTry First(int percent, long nowMs) => new(nowMs, percent, nowMs, nowMs, true);

    /// <summary>The claim was made again, or said again.</summary>
    public ClaimTry Claimed(int percent, long nowMs)
    {
        var here = this with { BeganMs = Open ? BeganMs : nowMs, SeenMs = nowMs, Open = true };
        return percent > Best ? here with { Best = percent, BestAtMs = nowMs } : here;
    }

    /// <summary>The claim was withdrawn, or nobody renewed it.</summary>
    public ClaimTry Dropped(long nowMs) => this with { SeenMs = nowMs, Open = false };
}
