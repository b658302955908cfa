namespace WeightSwarm.Core.Planning;

/// <summary>
/// Copies on nodes that are on probation. Keys are free: whoever wants to be all holders of a slice only has to make
/// enough nodes. So of N wanted copies at most floor(N/3) may be on nodes that this node has not known for long
/// (gossip-planner sections 3.2 and 7), and the others are wanted from those it has. Nodes that their audits discredit
/// (<see cref="Discredit"/>) are counted among them.
/// <para>
/// The bound gives way where it could not be kept. Let E be the number of established nodes that hold a copy which
/// stays or could take one now, no two in one failure domain, but at most N - floor(N/3): the bound is N - E. So a
/// network that has few established nodes, or whose established nodes are full, still gets its N copies.
/// </para>
/// <para>
/// What follows: let all nodes on probation be hostile and vanish at once. A slice without need and claims had C
/// staying copies on established nodes and Y on others with C + Y >= N and Y &lt;= N - E, so that C >= E copies are
/// left: as many as the established nodes could have, and N - floor(N/3) if they could have those. A copy on probation
/// displaces no established one, since those are counted first. Claims of such nodes count within the same bound, so
/// that they keep no established node from taking its part.
/// </para>
/// </summary>
internal sealed partial class ModelTally
{
    private int _slice, _probationCounted, _staysOld;
    private int? _probationMost;

    /// <summary>How many copies and claims of nodes on probation may count for the slice counted last.</summary>
    public int ProbationMost() => _probationMost ??= _target - EstablishedWithin(_target - _target / 3);

    /// <summary>How many more of them would count for the slice counted last.</summary>
    public int ProbationLeft => ProbationMost() - _probationCounted;

    private bool IsOnProbation(int holder) => _places[holder] >= 0 && _nodes.OnProbation[_places[holder]];

    /// <summary>
    /// Established nodes that hold a copy which stays, or could take one, up to so many. It is asked for after all
    /// established holders are counted.
    /// </summary>
    private int EstablishedWithin(int most)
    {
        var found = Math.Min(most, _staysOld);
        var bytes = Model.Entry.SliceBytes(_slice);
        var bucket = _nodes.BucketOf(Model.Entry);
        for (var node = 0; node < _nodes.Count && found < most; node++)
            if (!_nodes.OnProbation[node] && _nodes.Room[node] >= bytes && !_nodes.IsHolding(node) &&
                !_nodes.Consent.IsDeclined(node, Model.Entry) && _nodes.HearsOf(node, bucket) &&
                _nodes.TryReserve(node))
                found++;
        return found;
    }
}
