using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>What became of one holder's copy in the count.</summary>
internal enum CopyFate : byte { NotHolding, Counted, NoRecord, Lost, OverGrace, Duplicate, Probation, FailedAudit }

/// <summary>What became of one claim in the count.</summary>
internal enum ClaimFate : byte
{
    Counted, Holds, NoRecord, Absent, Stalled, Overdue, Disproved, Broken, Duplicate, Probation,
}

/// <summary>The count of one slice, without words.</summary>
/// <param name="Counts">The numbers that need depends on.</param>
/// <param name="Need">Copies still to be taken on.</param>
/// <param name="NeedBeforeClaims">The same if nobody had claimed (the reference's need0).</param>
/// <param name="Urgency">Of the need.</param>
/// <param name="UrgencyBeforeClaims">Of the need if nobody had claimed.</param>
/// <param name="Holders">Nodes that say they hold it, however long ago they were seen.</param>
/// <param name="Sources">Present others who hold it or have it in their trash, to fetch from.</param>
/// <param name="ShortestAbsenceMs">How long ago the holder seen last was seen.</param>
internal readonly record struct SliceTally(
    CopyCounts Counts, int Need, int NeedBeforeClaims, Urgency Urgency, Urgency UrgencyBeforeClaims,
    int Holders, int Sources, long ShortestAbsenceMs);

/// <summary>
/// Counts the slices of one model, without allocating per slice. Holders are looked up and put in order of preference
/// once; then each slice is one walk over them and over its claims. The walk leaves marks in the
/// <see cref="NodeIndex"/> for whoever looks for takers, and fates for whoever explains. Rules: gossip-planner 3.2.
/// </summary>
internal sealed partial class ModelTally
{
    private readonly NodeIndex _nodes;
    private readonly int _target;
    private readonly int[] _places;
    private readonly CopyFate[] _fates;
    private readonly int[] _order;
    private readonly List<(SliceClaim Claim, int Node)> _valid = [];
    private readonly Predicate<(SliceClaim Claim, int Node)> _doesNotFit, _isOnProbation;
    private int _physical, _holders, _sources;
    private long _shortestAbsence;

    public ModelTally(NodeIndex nodes, ModelView model)
    {
        _nodes = nodes;
        _doesNotFit = DoesNotFit;
        _isOnProbation = claim => _nodes.OnProbation[claim.Node];
        Model = model;
        _target = model.Target(nodes.View.Policy);
        _places = new int[model.Holders.Length];
        _fates = new CopyFate[model.Holders.Length];
        _order = new int[model.Holders.Length];
        for (var i = 0; i < _places.Length; i++)
        {
            _places[i] = nodes.Find(model.Holders[i].Node);
            _order[i] = i;
        }
        // Holders come ordered by node id, so the index itself breaks ties.
        Array.Sort(_order, (a, b) => Preference(a).CompareTo(Preference(b)));
    }

    public ModelView Model { get; }

    /// <summary>
    /// The fate of each holder's copy in the count made last, in the order of <see cref="ModelView.Holders"/>.
    /// </summary>
    public ReadOnlySpan<CopyFate> Fates => _fates;

    /// <summary>The place in the node index of each holder, -1 for none.</summary>
    public ReadOnlySpan<int> Places => _places;

    /// <summary>The claims that counted in the count made last, best first, each with its author's place.</summary>
    public IReadOnlyList<(SliceClaim Claim, int Node)> ValidClaims => _valid;

    /// <summary>Counts one slice.</summary>
    /// <param name="slice">Which.</param>
    /// <param name="withOwnClaim">Whether the viewer's claim counts; its planner asks what is left without it.</param>
    public SliceTally Count(int slice, bool withOwnClaim)
    {
        _nodes.ClearMarks(_target);
        _probationCounted = _staysOld = 0;
        (_probationMost, _slice) = (null, slice);
        var counts = CountHolders(slice);
        CountClaims(slice, NeedRule.ClassOf(counts), withOwnClaim);
        var claimed = counts with { Claims = _valid.Count };
        var need = NeedRule.Need(claimed);
        var before = NeedRule.Need(counts);
        return new SliceTally(
            claimed, need, before, NeedRule.UrgencyOf(claimed, need, _physical),
            NeedRule.UrgencyOf(counts, before, _physical), _holders, _sources, _shortestAbsence);
    }

    /// <summary>The first claim on a slice at or after it, in the order of the view.</summary>
    public int FirstClaim(int slice)
    {
        var low = 0;
        var high = Model.Claims.Length;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Model.Claims[middle].Slice < slice) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>Whether a claim is worth counting, its failure domain aside.</summary>
    public ClaimFate Judge(SliceClaim claim, int node, Urgency urgency) =>
        node < 0 ? ClaimFate.NoRecord
        : _nodes.IsHolding(node) ? ClaimFate.Holds
        : _nodes.Standings[node] != Standing.Present ? ClaimFate.Absent
        : _nodes.Nodes[node].BreaksClaims ? ClaimFate.Broken
        : claim.IsDisproved ? ClaimFate.Disproved
        : _nodes.Now.MonotonicMs - claim.ProgressAtMs > _nodes.Pace.Take(urgency).ClaimTtlMs ? ClaimFate.Stalled
        : _nodes.Now.MonotonicMs - claim.BeganMs > _nodes.Pace.Take(urgency).FetchMostMs ? ClaimFate.Overdue
        : ClaimFate.Counted;

    private (bool, bool, Standing, int) Preference(int holder)
    {
        var node = _places[holder];
        return node < 0
            ? (true, false, default, holder) : (false, _nodes.OnProbation[node], _nodes.Standings[node], holder);
    }

    private CopyCounts CountHolders(int slice)
    {
        int durable = 0, recent = 0, online = 0, struck = 0, stayingDurable = 0, stayingRecent = 0;
        _physical = _holders = _sources = 0;
        _shortestAbsence = long.MaxValue;
        // Of equally present copies in one failure domain the one that stays, and is there, counts.
        for (int start = 0, end; start < _order.Length; start = end)
        {
            end = EndOfStanding(start);
            foreach (var holder in _order.AsSpan(start, end - start))
                if (!Leaves(holder, slice) && !IsAway(holder, slice)) Tally(holder, slice, stays: 1);
            foreach (var holder in _order.AsSpan(start, end - start))
                if (Leaves(holder, slice)) Tally(holder, slice, stays: 0);
                else if (IsAway(holder, slice)) Tally(holder, slice, stays: 1);
        }
        return new CopyCounts(_target, durable, recent, online, 0, stayingDurable, stayingRecent) { Struck = struck };

        void Tally(int holder, int slice, int stays)
        {
            if (JudgeCopy(holder, slice) != CopyFate.Counted) return;
            var standing = StandingOf(holder, slice);
            durable++;
            if (!_nodes.OnProbation[_places[holder]]) _staysOld += stays;
            stayingDurable += stays;
            if (standing <= Standing.Recent) recent++;
            if (standing <= Standing.Recent) stayingRecent += stays;
            if (standing <= Standing.Online) online++;
            if (standing == Standing.Recent && _nodes.Struck[_places[holder]]) struck++;
        }
    }

    private int EndOfStanding(int start)
    {
        var end = start + 1;
        while (end < _order.Length && StandingOf(_order[end]) == StandingOf(_order[start]) &&
            IsOnProbation(_order[end]) == IsOnProbation(_order[start]))
            end++;
        return end;
    }

    private Standing StandingOf(int holder) => _places[holder] < 0 ? Standing.Lost : _nodes.Standings[_places[holder]];

    /// <summary>
    /// Of a holder's copy of a slice: that of the node or, if its volume has been away for longer, that of the volume.
    /// </summary>
    public Standing StandingOf(int holder, int slice)
    {
        var node = StandingOf(holder);
        if (!IsAway(holder, slice)) return node;
        var volume = NodeIndex.StandingOf(AwayMs(holder), _nodes.Pace);
        return volume > node ? volume : node;
    }

    /// <summary>Whether the holder says that the slice lies on a volume which it cannot reach.</summary>
    public bool IsAway(int holder, int slice) =>
        !Model.Holders[holder].Away.IsEmpty && Model.Holders[holder].Away.Contains(slice);

    /// <summary>For how long the holder's volume has been away, at least 1 ms.</summary>
    public long AwayMs(int holder) => Math.Max(1, _nodes.Now.UnixMs - Model.Holders[holder].AwaySinceMs);

    /// <summary>Whether its owner wants the copy back: it counts, but a replacement is wanted.</summary>
    private bool Leaves(int holder, int slice) =>
        _places[holder] >= 0 && _nodes.Nodes[_places[holder]].Draining ||
        Model.Holders[holder].Releasing.Contains(slice);

    private CopyFate JudgeCopy(int holder, int slice)
    {
        var statement = Model.Holders[holder];
        var node = _places[holder];
        if (!statement.Verified.Contains(slice))
        {
            if (statement.Trash.Contains(slice)) NoteTrash(node);
            return _fates[holder] = CopyFate.NotHolding;
        }
        _holders++;
        if (node < 0) return _fates[holder] = CopyFate.NoRecord;
        _nodes.MarkHolding(node);
        // What it would send is not the model: it is no source either.
        if (FailedAuditMs(holder, slice) > 0) return _fates[holder] = CopyFate.FailedAudit;
        var absent = IsAway(holder, slice) ? Math.Max(AwayMs(holder), _nodes.AbsentMs[node]) : _nodes.AbsentMs[node];
        _shortestAbsence = Math.Min(_shortestAbsence, absent);
        if (absent == 0 && node != _nodes.Self) _sources++;
        return _fates[holder] = CountedFate(node, StandingOf(holder, slice), Leaves(holder, slice));
    }

    /// <summary>When a holder's copy failed an audit of the viewer's, Unix milliseconds; 0 for not.</summary>
    public long FailedAuditMs(int holder, int slice)
    {
        var failed = _nodes.View.FailedAudits;
        return failed.IsEmpty ? 0
            : failed.GetValueOrDefault(new CopyKey(Model.Holders[holder].Node, Model.Entry.ModelId, slice));
    }

    private void NoteTrash(int node)
    {
        if (node < 0) return;
        _holders++;
        _shortestAbsence = Math.Min(_shortestAbsence, _nodes.AbsentMs[node]);
        // The viewer itself too: what lies in its own trash need not be fetched.
        if (_nodes.AbsentMs[node] == 0) _sources++;
    }

    private CopyFate CountedFate(int node, Standing standing, bool leaves)
    {
        if (standing == Standing.Lost) return CopyFate.Lost;
        if (standing == Standing.OverGrace) return CopyFate.OverGrace;
        if (_nodes.OnProbation[node] && _probationCounted >= ProbationMost()) return CopyFate.Probation;
        if (!leaves) _physical++;
        if (_nodes.CountedClash(node, out _) >= 0) return CopyFate.Duplicate;
        if (_nodes.OnProbation[node]) _probationCounted++;
        _nodes.MarkCounted(node);
        // A copy that leaves keeps its domain open to the one who replaces it.
        if (!leaves) _nodes.MarkOccupied(node);
        return CopyFate.Counted;
    }

    private void CountClaims(int slice, Urgency urgency, bool withOwnClaim)
    {
        _valid.Clear();
        for (var i = FirstClaim(slice); i < Model.Claims.Length && Model.Claims[i].Slice == slice; i++)
        {
            var claim = Model.Claims[i];
            if (!withOwnClaim && claim.Node == _nodes.View.Self) continue;
            var node = _nodes.Find(claim.Node);
            var fate = Judge(claim, node, urgency);
            if (fate == ClaimFate.Counted) _valid.Add((claim, node));
            // Who let its claim lie is not waited for as one who may yet make it.
            else if (fate is ClaimFate.Stalled or ClaimFate.Overdue or ClaimFate.Disproved) _nodes.MarkIdle(node);
        }
        if (_valid.Count > 1) _valid.Sort(static (a, b) => a.Claim.IsBetterThan(b.Claim) ? -1 : a == b ? 0 : 1);
        // What established nodes could do is asked before their claims take their places.
        if (_valid.Exists(_isOnProbation)) ProbationMost();
        _valid.RemoveAll(_doesNotFit);
    }

    /// <summary>
    /// Of claims in one failure domain only the best counts: the other copies would not count either.
    /// </summary>
    private bool DoesNotFit((SliceClaim Claim, int Node) claim)
    {
        if (_nodes.OccupiedClash(claim.Node, out _) >= 0) return true;
        if (_nodes.OnProbation[claim.Node] && _probationCounted++ >= ProbationMost()) return true;
        _nodes.MarkOccupied(claim.Node);
        _nodes.MarkHolding(claim.Node);
        return false;
    }
}
