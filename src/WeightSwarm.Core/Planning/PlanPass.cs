using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// The first half of a pass: look at every slice once, and sort out what is fetched, what is held and what is missing.
/// The second half, <see cref="TakeLoop"/>, decides about what is missing.
/// </summary>
internal sealed class PlanPass
{
    /// <summary>The local health from which a node doubts its own view.</summary>
    public const int SickHealth = Liveness.LocalHealth.Sick;

    private readonly SwarmView _view;
    private readonly OwnSituation _own;
    private readonly NodeIndex _nodes;
    private readonly Takers _takers;
    private readonly ClaimBudget _budget;
    private readonly ClaimDoubts _doubts;
    private readonly List<PlanStep> _fetches = [], _keeps = [];
    private readonly List<Deficit> _deficits = [];
    // Why this node takes nothing of the model that is surveyed; null when it may.
    private string? _declined;

    public PlanPass(SwarmView view, OwnSituation own, Instant now)
    {
        _view = view;
        _own = own;
        _nodes = new NodeIndex(view, now);
        _takers = new Takers(_nodes, own);
        _budget = new ClaimBudget(view.Policy, own);
        _doubts = new ClaimDoubts(_nodes, _takers);
    }

    /// <summary>Runs the pass; the memory is read, and replaced by what is still waited for.</summary>
    public Plan Run(ref SortedDictionary<(Hash256 Model, int Slice), FirstSeen> memory)
    {
        foreach (var model in _view.Watched) Survey(model);
        CancelUnknown();
        _deficits.Sort(Deficit.Compare);
        var loop = new TakeLoop(_nodes, _own, _budget, memory, _takers.OthersUsableRoom);
        var decided = loop.Decide(_deficits);
        memory = loop.StillWaiting;
        // OrderBy keeps the order within a class.
        var steps = _fetches.Concat(decided).Concat(_keeps).OrderBy(step => step.Urgency);
        return new Plan(_view.Version, _view.Epoch, [.. steps]) { Doubts = [.. _doubts.Found] };
    }

    private void Survey(ModelView model)
    {
        var tally = new ModelTally(_nodes, model);
        var fetching = _own.Fetching.GetValueOrDefault(model.Entry.ModelId, SliceSet.Empty);
        var held = _own.Held.GetValueOrDefault(model.Entry.ModelId, SliceSet.Empty);
        _declined = _own.Declines.RuleAgainst(model.Entry) is { } rule
            ? $"declined by its owner: {rule.WordsWithReason()}" : null;
        for (var slice = 0; slice < model.Entry.Slices; slice++)
        {
            var count = tally.Count(slice, withOwnClaim: false);
            if (!model.Claims.IsEmpty && JudgesOthers)
                LookForDoubts(tally, slice, count, fetching.Contains(slice) || held.Contains(slice));
            if (fetching.Contains(slice)) SurveyFetch(tally, slice, count, held.Contains(slice));
            else if (count.Need > 0) SurveyDeficit(tally, slice, count, held.Contains(slice));
            else if (held.Contains(slice)) _keeps.Add(Keep(model.Entry, slice, count));
        }
    }

    /// <summary>A node that doubts its own view asks nobody for proof.</summary>
    private bool JudgesOthers => !_own.InStartupQuiet && !_own.IsCloned && _own.Health < SickHealth;

    private void LookForDoubts(ModelTally tally, int slice, SliceTally count, bool mine)
    {
        var model = tally.Model.Entry;
        _doubts.Look(tally, slice, count, () => !mine && ObstacleOf(model, count) is null &&
            _own.ModelRooms.GetValueOrDefault(model.ModelId, _own.RoomBytes) >= model.SliceBytes(slice));
    }

    private void SurveyFetch(ModelTally tally, int slice, SliceTally count, bool held)
    {
        var model = tally.Model.Entry;
        _takers.Enter(model, slice);
        var bytes = model.SliceBytes(slice);
        _budget.Add(bytes, count.UrgencyBeforeClaims);
        var claim = FetchReview.OwnClaim(_nodes, tally, slice, _takers.OwnScore);
        // What it holds in part already (a repair) is not others' to take over.
        var why = held ? null : _declined ?? FetchReview.WhyCancel(_nodes, tally, count, claim, _own);
        var action = why is null ? PlanAction.Fetch : PlanAction.Cancel;
        _fetches.Add(new PlanStep(action, model.ModelId, slice, count.UrgencyBeforeClaims, bytes, claim.Score, 0,
            why ?? $"being fetched, {claim.ProgressPercent} % done"));
    }

    private void SurveyDeficit(ModelTally tally, int slice, SliceTally count, bool held)
    {
        var model = tally.Model.Entry;
        var bytes = model.SliceBytes(slice);
        _takers.Enter(model, slice);
        var obstacle = held ? "holds it already" : ObstacleOf(model, count);
        _deficits.Add(new Deficit
        {
            Model = model,
            Slice = slice,
            Tally = count,
            Bytes = bytes,
            Score = _takers.OwnScore,
            Takers = obstacle is null ? _takers.Count(bytes) : default,
            JitterMs = _takers.Jitter(slice, _nodes.Pace.Take(count.Urgency).StepMs / 5),
            Obstacle = obstacle,
            IsAddition = _nodes.Now.UnixMs - tally.Model.AddedMs < _nodes.Pace.CuratorSettleMs,
        });
    }

    private string? ObstacleOf(Entry model, SliceTally count)
    {
        // An origin is no copy and no holder, but bytes that verify may come from anywhere.
        if (count.Sources == 0 && !_own.Origins.Contains(model.ModelId))
            return count.Holders == 0 ? "lost: no known holder" : NoSource(count.ShortestAbsenceMs);
        if (_own.Draining) return "draining: takes nothing new";
        if (_declined is not null) return _declined;
        if (_nodes.Self < 0) return null;
        if (_nodes.Nodes[_nodes.Self].AcceptsNothingNew) return "takes nothing new, as its owner set it";
        var clash = _nodes.OccupiedClash(_nodes.Self, out _);
        return clash < 0 ? null : $"another copy in the same {_nodes.DomainName(clash)}";
    }

    private static string NoSource(long absenceMs) => absenceMs == long.MaxValue
        ? "no source: no holder has a live record"
        : $"no source: no holder is present, the last was seen {Words.Time(absenceMs)} ago";

    private static PlanStep Keep(Entry model, int slice, SliceTally count) => new(
        PlanAction.Keep, model.ModelId, slice, Urgency.None, model.SliceBytes(slice), 0, 0,
        $"held; {Words.Count(count.Counts.Durable, "copy", "copies")} of {count.Counts.Target} counted");

    /// <summary>Stops what is fetched of models that the catalogue has dropped, but not before it is known.</summary>
    private void CancelUnknown()
    {
        if (_own.InStartupQuiet) return;
        foreach (var (model, slices) in _own.Fetching)
        {
            if (_view.Models.Any(m => m.Entry.ModelId == model)) continue;
            foreach (var slice in slices.Slices)
                _fetches.Add(new PlanStep(
                    PlanAction.Cancel, model, slice, Urgency.None, 0, 0, 0, "no longer in the catalogue"));
        }
    }
}
