using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core;

/// <summary>When there is something to do, and when there is not.</summary>
public sealed partial class SwarmCore
{
    /// <summary>What the inputs since the last tick ask for.</summary>
    private enum Asks
    {
        /// <summary>Nothing: what is due is due no sooner.</summary>
        Nothing,
        /// <summary>A look: something may be due sooner, and each part can tell whether it is.</summary>
        Look,
        /// <summary>A tick, as only that finds out what there is to do.</summary>
        Tick,
    }

    private long _wakeMs = long.MinValue, _apartFromGossipMs = long.MinValue;
    private Asks _asked = Asks.Tick, _taken;
    private int _streamsSeen;
    private bool _ownChanged = true, _plannedQuiet, _plannedSick;
    private long _plannedVersion = -1, _plannedLiveness = -1, _planStandsUntilMs = long.MinValue;

    /// <summary>
    /// When (monotonic) this core wants its next <see cref="CoreInput.Tick"/>; until then a tick would do nothing.
    /// A driver that cannot know reads it after every input and ticks at the first of its moments, one every
    /// <see cref="Catalogue.Pace.TickMs"/>, that is not earlier. One that ticks always loses only time. That the wall
    /// clock is set no core can foresee: it notices with the next input, at the latest with the next probe.
    /// </summary>
    public long NextWakeMs => _wakeMs;

    /// <summary>
    /// When (monotonic) this core wants a <see cref="CoreInput.BroadcastDue"/>, at that very moment and not at the
    /// next tick: news that waits at every hop is late. <see cref="long.MaxValue"/> for never. A tick does the same
    /// work when it comes later.
    /// </summary>
    public long NextBroadcastMs => _gossip.NextBroadcastMs;

    /// <summary>
    /// Whether a tick would do something now. What <see cref="NextWakeMs"/> was for may have been put off by frames
    /// since, as a probe is by that of the peer; then <see cref="NextWakeMs"/> is later now. A driver need not ask.
    /// </summary>
    /// <param name="now">Not before the time of the last input.</param>
    public bool IsDue(Instant now)
    {
        if (_apartFromGossipMs <= now.MonotonicMs && _asked != Asks.Tick)
            _apartFromGossipMs = DueApartFromGossipMs(now, _watch.MovedDueMs(Pace, now));
        _wakeMs = Math.Min(_apartFromGossipMs, _gossip.NextDueMs(now, isPutOff: _asked == Asks.Nothing));
        if (_asked == Asks.Look) _asked = Asks.Nothing;
        return _wakeMs <= now.MonotonicMs;
    }

    /// <summary>
    /// A tick leaves only what is due later. Whatever else happens may have made something due; all but frames that
    /// only put things off, as long as they end no stream and nobody comes back with them.
    /// </summary>
    private void NoteForWake(CoreInput input)
    {
        if (input is CoreInput.Tick)
        {
            _apartFromGossipMs = DueApartFromGossipMs(Now, _watch.NextDueMs(Pace, Now));
            var due = Math.Min(_apartFromGossipMs, _gossip.NextDueMs(Now, isPutOff: false));
            _wakeMs = Math.Max(due, Now.MonotonicMs + 1);
            // Nobody is judged in the quiet after a start: when that ends, what was left undone is done by a tick.
            _asked = IsQuiet(Now) ? Asks.Tick : Asks.Nothing;
        }
        else if (AskedBy(input) is not Asks.Nothing and var asks)
        {
            if (asks > _asked) _asked = asks;
            _wakeMs = _apartFromGossipMs = Now.MonotonicMs;
        }
        (_streamsSeen, _taken) = (_gossip.SessionCount, Asks.Nothing);
    }

    private Asks AskedBy(CoreInput input) =>
        _health.IsDeaf || _livenessSeen != _liveness.Version || _streamsSeen != _gossip.SessionCount ||
        ComparesSoon(input) ? Asks.Tick
        : PutsOff(input) ? Asks.Nothing
        : input is CoreInput.FrameArrived { Frame.Push: not null } ? _taken
        : input is CoreInput.DialFailed ? Asks.Look
        : Asks.Tick;

    /// <summary>What others say of their copies changes the view, and so perhaps the plan: whether that is due by now
    /// can be seen without making it.</summary>
    private Asks AskedBy(Record taken) =>
        taken.Author != Self && taken.Kind is RecordKind.AuditReport or RecordKind.Holding or RecordKind.Claim
            ? Asks.Look : Asks.Tick;

    /// <summary>A message of a reconciliation may be put off until this node has its hands free, or be the last of many
    /// with something left, or compare all with one that is parted: then the next comparison is soon.</summary>
    private bool ComparesSoon(CoreInput input) =>
        input is CoreInput.FrameArrived { Frame.Reconcile: not null } && (_records.IsParted || _gossip.ComparesSoon);

    private static bool PutsOff(CoreInput input) => input is CoreInput.BroadcastDue or CoreInput.FrameArrived
    {
        Frame.KindCase: V1.Frame.KindOneofCase.Ping or V1.Frame.KindOneofCase.Pong
            or V1.Frame.KindOneofCase.Reconcile or V1.Frame.KindOneofCase.Want or V1.Frame.KindOneofCase.Graft
            or V1.Frame.KindOneofCase.Prune or V1.Frame.KindOneofCase.IHave,
    };

    private long DueApartFromGossipMs(Instant now, long watchMs)
    {
        if (MayBeCloned) return now.MonotonicMs;
        var due = Math.Min(_records.NextExpiryMs, watchMs);
        if (IsQuiet(now)) due = Math.Min(due, QuietUntilMs);
        due = Math.Min(
            due, _watch.Health == _health.At(now, Pace) ? _health.NextDueMs(now, Pace) : now.MonotonicMs);
        if (Charter is null) return due;
        due = Math.Min(due, Math.Min(NodeDueMs(), Math.Min(LeasesDueMs(), _bucketsDueMs)));
        due = Math.Min(due, _replication.NextDueMs(Pace, TakesUp(now), now));
        if (_releases.IsBusy) return now.MonotonicMs;
        due = Math.Min(due, Math.Min(_audits.TellDueMs(Pace), _progress.NextDueMs));
        if (!IsQuiet(now)) due = Math.Min(due, AuditsDueMs);
        var standsMs = MayPlanDiffer(now) ? long.MinValue : _planStandsUntilMs;
        return Math.Min(due, Math.Max(_replication.PlanDueMs, standsMs));
    }

    private long NodeDueMs()
    {
        if (_self is null) return long.MaxValue;
        if (_saidNode is null) return long.MinValue;
        var isSettled = !_refutes && NodeBody(_self).Equals(_saidNode);
        return isSettled ? long.MaxValue : _saidNodeMs + RefuteGapMs;
    }

    /// <summary>What the node itself holds, fetches and has room for comes with inputs that are not gossip.</summary>
    private void NoteForPlan(CoreInput input) => _ownChanged |= input is not (CoreInput.Tick
        or CoreInput.FrameArrived or CoreInput.SessionOpened or CoreInput.SessionClosed or CoreInput.DialFailed
        or CoreInput.Bootstrap or CoreInput.Remembered or CoreInput.Found or CoreInput.Knocked
        or CoreInput.BroadcastDue or CoreInput.AuditEnded or CoreInput.AuditsRemembered or CoreInput.ModelsWanted
        or CoreInput.TimedEnded or CoreInput.ProgressEnded);

    /// <summary>A plan follows from the view, the node's own situation and the time; a pass over what is as it was
    /// gives what it gave.</summary>
    private bool MayPlanDiffer(Instant now) =>
        _ownChanged || _replication.IsCloned != IsCloned(now) ||
        _plannedVersion != _views.Version || _plannedLiveness != _livenessSeen ||
        _plannedQuiet != IsQuiet(now) || _plannedSick != IsSick(now) || now.MonotonicMs >= _planStandsUntilMs;

    private void MakePlan(SwarmView view, Instant now)
    {
        MindStorms(view, now);
        _replication.IsCloned = IsCloned(now);
        (_ownChanged, _plannedQuiet, _plannedSick) = (false, IsQuiet(now), IsSick(now));
        (_plannedVersion, _plannedLiveness) = (view.Version, _livenessSeen);
        _replication.DoPlan(view, _plannedQuiet, now);
        _progress.Doubt(Plan.Doubts, now);
    }

    /// <summary>Called when the plan and the releases that follow it are made.</summary>
    private void NotePlanStands(SwarmView view, Instant now) =>
        _planStandsUntilMs = StormBreakerOpen || _plannedQuiet || _releases.MayChange
            ? now.MonotonicMs : PlanStanding.UntilMs(view, Plan, now);
}
