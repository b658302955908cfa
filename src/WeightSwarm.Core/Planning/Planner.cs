namespace WeightSwarm.Core.Planning;

/// <summary>
/// Decides what this node does for the network, and for nobody else.
/// <para>
/// Level-triggered: each pass recomputes every deficit from the view as it is now, so that nothing depends on having
/// seen a change happen. The only memory is since when a deficit has been waited for, which turns a place in the order
/// into a time. A pass looks at every slice once (<see cref="SliceCounter"/>'s rules), finds this node's place for
/// those that want copies (<see cref="Rendezvous"/>), and says for each what to do and why. The same view, situation,
/// time and memory give the same plan. Source: gossip-planner sections 3.2 to 3.4.
/// </para>
/// <para>
/// After a Take the caller publishes the claim and lists the slice in <see cref="OwnSituation.Fetching"/> from then on.
/// One thread.
/// </para>
/// </summary>
public sealed class Planner
{
    private SortedDictionary<(Hash256 Model, int Slice), FirstSeen> _firstSeen = [];

    /// <summary>Deficits that this node waits for, as of the last pass.</summary>
    public int Waiting => _firstSeen.Count;

    /// <summary>One pass.</summary>
    /// <param name="view">What this node believes about the network.</param>
    /// <param name="own">What it knows of itself.</param>
    /// <param name="now">The moment, on the clock that the view's absences are on.</param>
    public Plan Plan(SwarmView view, OwnSituation own, Instant now) => new PlanPass(view, own, now).Run(ref _firstSeen);
}
