using System.Collections.Immutable;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Planning;

/// <summary>
/// What this node holds and fetches, and what it says about it. A plan becomes claims and fetches; fetches that end
/// become holdings. Nothing here waits: the driver carries the outputs out and reports back.
/// </summary>
internal sealed class ReplicationState(
    NodeId self, Outbox outbox, Func<RecordKind, byte[], Google.Protobuf.IMessage, long, Record> say)
{
    private readonly SortedDictionary<Hash256, Held> _held = [];
    private readonly SortedDictionary<(Hash256 Model, int Slice), Fetch> _fetching = [];
    private readonly SortedSet<(Hash256 Model, int Slice)> _recalled = [];
    private readonly Planner _planner = new();
    private CoreInput.RoomChanged _room = new(0, 0, 0);
    private long _nextPassMs = long.MinValue;
    private long? _oldestSaidMs;
    // Before then no record of this node is due; any change of what it holds or fetches takes that back.
    private long _stillUntilMs = long.MinValue;

    private sealed class Held
    {
        public SliceSet Slices { get; set; } = SliceSet.Empty;
        public SliceSet Releasing { get; set; } = SliceSet.Empty;
        public SliceSet Trash { get; set; } = SliceSet.Empty;
        public SliceSet Away { get; set; } = SliceSet.Empty;
        public long AwaySinceMs { get; set; }
        public bool InPlace { get; set; }

        /// <summary>An earlier run held something of it, and this one has not said yet what it still has.</summary>
        public bool IsRecalled { get; set; }
        public bool Dirty { get; set; }
        public long SaidMs { get; set; } = long.MinValue;

        /// <summary>What was said then.</summary>
        public Hash256 SaidId { get; set; }
    }

    private sealed record Fetch(PlanStep Step, long ClaimedUnixMs, int Percent, int SaidPercent, long SaidMs)
    {
        public PartMap Parts { get; init; } = PartMap.Empty;
    }

    public Plan Plan { get; private set; } = Plan.Empty;

    public bool StormBreakerOpen { get; set; }

    /// <summary>Another node runs with this node's key.</summary>
    public bool IsCloned { get; set; }

    public int Health { get; set; }

    public bool Draining { get; set; }

    public Declines Declines { get; set; } = Declines.None;

    /// <summary>Models whose origin can be fetched from now.</summary>
    public ImmutableSortedSet<Hash256> Origins { get; set; } = [];

    public ImmutableSortedDictionary<Hash256, SliceSet> HeldSlices =>
        _held.Where(h => !h.Value.Slices.IsEmpty).ToImmutableSortedDictionary(h => h.Key, h => h.Value.Slices);

    public ImmutableSortedDictionary<Hash256, SliceSet> FetchingSlices => _fetching.Keys
        .GroupBy(f => f.Model).ToImmutableSortedDictionary(g => g.Key, g => SliceSet.Of(g.Select(f => f.Slice)));

    /// <summary>Models that this node has to do with: held, in the trash, perhaps held by an earlier run,
    /// fetched.</summary>
    public IEnumerable<Hash256> Concerns => _held
        .Where(h => !h.Value.Slices.IsEmpty || !h.Value.Trash.IsEmpty || h.Value.IsRecalled).Select(h => h.Key)
        .Concat(_fetching.Keys.Concat(_recalled).Select(f => f.Model));

    public void RoomChanged(CoreInput.RoomChanged room) => _room = room;

    public void SlicesHeld(Hash256 model, SliceSet slices, bool inPlace)
    {
        var held = HeldOf(model);
        held.InPlace |= inPlace;
        held.IsRecalled = false;
        held.Slices = SliceSet.Of(held.Slices.Slices.Union(slices.Slices));
        // However they came: an owner may add what is just being fetched.
        foreach (var slice in slices.Slices) _fetching.Remove((model, slice));
        held.Trash = SliceSet.Of(held.Trash.Slices.Except(slices.Slices));
        held.Dirty = true;
    }

    /// <summary>Slices of a model that this node holds in a donation: the only ones that it may release.</summary>
    public SliceSet Releasable(Hash256 model) =>
        _held.TryGetValue(model, out var held) && !held.InPlace
            ? SliceSet.Of(held.Slices.Slices.Except(held.Away.Slices))
            : SliceSet.Empty;

    /// <summary>What rests in the trash of this node, by model id.</summary>
    public ImmutableSortedDictionary<Hash256, SliceSet> TrashedSlices =>
        _held.Where(h => !h.Value.Trash.IsEmpty).ToImmutableSortedDictionary(h => h.Key, h => h.Value.Trash);

    /// <summary>The slices of a model that rest in the trash.</summary>
    public void TrashHeld(Hash256 model, SliceSet slices)
    {
        var held = HeldOf(model);
        held.Dirty |= !held.Trash.Equals(slices);
        held.Trash = SliceSet.Of(slices.Slices.Except(held.Slices.Slices));
    }

    /// <summary>The owner wants these back, and no others; the other nodes see it, and replace them.</summary>
    public void OwnerWants(IReadOnlyDictionary<Hash256, SliceSet> slices)
    {
        foreach (var (model, held) in _held)
        {
            var wanted = slices.GetValueOrDefault(model, SliceSet.Empty);
            if (held.Releasing.Equals(wanted)) continue;
            held.Releasing = wanted;
            held.Dirty = true;
            _stillUntilMs = long.MinValue;
        }
    }

    /// <summary>
    /// Gives a slice up: the holding without it is published, and only then it goes to the trash. Called by the release
    /// path alone.
    /// </summary>
    public void GiveUp(Hash256 model, int slice, Pace pace, Instant now)
    {
        var held = HeldOf(model);
        held.Slices = held.Slices.Without(slice);
        held.Releasing = held.Releasing.Without(slice);
        held.Trash = held.Trash.With(slice);
        SayHolding(model, held, pace, now);
    }

    /// <summary>
    /// Their volume went away or came back. That is said at once; they stay held, as an absent node's copies do.
    /// </summary>
    public void SlicesAway(Hash256 model, SliceSet slices, Pace pace, Instant now)
    {
        var held = HeldOf(model);
        var away = SliceSet.Of(slices.Slices.Intersect(held.Slices.Slices));
        if (held.Away.Equals(away)) return;
        held.Away = away;
        held.AwaySinceMs = away.IsEmpty ? 0 : held.AwaySinceMs > 0 ? held.AwaySinceMs : now.UnixMs;
        SayHolding(model, held, pace, now);
    }

    public void SliceVerified(Hash256 model, int slice) =>
        SlicesHeld(model, SliceSet.Of([slice]), inPlace: false);

    /// <summary>Withdraws before anything else: the holding without the slice is published at once.</summary>
    public void SliceLost(Hash256 model, int slice, Pace pace, Instant now)
    {
        var held = HeldOf(model);
        held.Slices = held.Slices.Without(slice);
        held.Away = held.Away.Without(slice);
        SayHolding(model, held, pace, now);
    }

    public void Progress(CoreInput.SliceProgress now)
    {
        _stillUntilMs = long.MinValue;
        if (_fetching.TryGetValue((now.Model, now.Slice), out var fetch))
            _fetching[(now.Model, now.Slice)] =
                fetch with { Percent = Math.Max(now.Percent, fetch.Percent), Parts = now.Parts };
    }

    public void FetchFailed(Hash256 model, int slice, Pace pace, Instant now)
    {
        if (_fetching.Remove((model, slice), out var fetch)) SayClaim(fetch, cancelled: true, pace, now);
    }

    /// <summary>A claim of an earlier run: nothing is being fetched for it any more.</summary>
    public void RecallClaim(Hash256 model, int slice) => _recalled.Add((model, slice));

    /// <summary>Whether it is time for a plan.</summary>
    public bool IsPlanDue(Instant now) => now.MonotonicMs >= _nextPassMs;

    /// <summary>When (monotonic) the next plan is due.</summary>
    public long PlanDueMs => _nextPassMs;

    /// <summary>When (monotonic) a record of this node is to be published next; while what earlier runs held is being
    /// taken up, but for what waits for the end of that.</summary>
    public long NextDueMs(Pace pace, bool takesUp, Instant now)
    {
        if (_recalled.Count > 0) return now.MonotonicMs;
        if (now.MonotonicMs < _stillUntilMs) return _stillUntilMs;
        var (due, waits) = (long.MaxValue, false);
        foreach (var held in _held.Values)
            if (takesUp && held.IsRecalled) waits = true;
            else if (held.Dirty && held.SaidMs == long.MinValue) return now.MonotonicMs;
            else if (held.Dirty) due = Math.Min(due, held.SaidMs + pace.HoldingGapMs);
        foreach (var fetch in _fetching.Values)
            if (fetch.Percent > fetch.SaidPercent)
                due = Math.Min(due, fetch.SaidMs + (fetch.Percent - fetch.SaidPercent >= 10
                    ? pace.HoldingGapMs : pace.U0.ClaimTtlMs / 2));
        if (!waits) _stillUntilMs = due;
        return due;
    }

    /// <summary>Plans, and starts what the plan takes.</summary>
    public void DoPlan(SwarmView view, bool quiet, Instant now)
    {
        Plan = _planner.Plan(view, Situation(quiet), now);
        _nextPassMs = PlanStanding.NextPassMs(view, Plan, now);
        foreach (var step in Plan.Steps)
        {
            if (step.Action == PlanAction.Take) Start(step, view.Policy.Pace, now);
            else if (step.Action == PlanAction.Cancel) Cancel(step, view.Policy.Pace, now);
        }
    }

    /// <summary>
    /// Publishes holdings that changed, and claims whose fetch has moved on. While the slices of earlier runs are being
    /// taken up, nothing of those is taken back.
    /// </summary>
    public void TendRecords(Pace pace, bool takesUp, Instant now)
    {
        foreach (var (model, slice) in _recalled)
            if (!_fetching.ContainsKey((model, slice)))
                TakeBackClaim(model, slice, pace);
        _recalled.Clear();
        if (now.MonotonicMs < _stillUntilMs) return;
        foreach (var (model, held) in _held)
            if (!(takesUp && held.IsRecalled) && IsDue(held, pace, now))
                SayHolding(model, held, pace, now);
        foreach (var (key, fetch) in _fetching.ToList())
            if (IsWorthSaying(fetch, pace, now))
                _fetching[key] = SayClaim(fetch, cancelled: false, pace, now);
    }

    /// <summary>
    /// A holding of an earlier run: from now on there is something to say about this model, be it that nothing is held.
    /// What was away then, and still is, has been so since then.
    /// </summary>
    public void RecallHolding(Hash256 model, long awaySinceMs)
    {
        var isKnown = _held.ContainsKey(model);
        var held = HeldOf(model);
        held.AwaySinceMs = awaySinceMs;
        // If nothing of it turns up, that is said when all has been taken up, and not left to the end of the lease.
        if (!isKnown) held.IsRecalled = held.Dirty = true;
    }

    /// <summary>Everything is said again at the next tick: the network has newer records of ours than we
    /// remember.</summary>
    public void SayAllAgain()
    {
        foreach (var held in _held.Values) held.Dirty = true;
        _stillUntilMs = long.MinValue;
    }

    /// <summary>When (monotonic) the oldest holding that this run has said was said.</summary>
    public long OldestSaidMs => _oldestSaidMs ??= _held.Values.Where(h => h.SaidMs != long.MinValue)
        .Select(h => h.SaidMs).DefaultIfEmpty(long.MaxValue).Min();

    /// <summary>
    /// The holdings that this run has said and that stand, at most so many, and those of earlier runs while these are
    /// being taken up. What else was said is said anew soon: of the word of a clone this
    /// node does not know whether it is true.
    /// </summary>
    public IReadOnlyList<Record> Standing(Func<Hash256, Record?> recordOf, int most, bool takesUp)
    {
        List<Record> standing = [];
        foreach (var (model, held) in _held)
        {
            var isSaid = held.SaidMs != long.MinValue;
            if (!isSaid && !(takesUp && held.IsRecalled)) continue;
            if (standing.Count < most && recordOf(model) is { } record && (!isSaid || record.Id == held.SaidId))
                standing.Add(record);
            else (held.Dirty, _stillUntilMs) = (true, long.MinValue);
        }
        return standing;
    }

    private static bool IsDue(Held held, Pace pace, Instant now) =>
        held.Dirty && (held.SaidMs == long.MinValue || now.MonotonicMs - held.SaidMs >= pace.HoldingGapMs);

    /// <summary>
    /// Every 10 %, as the reference has it; and any progress at all before the most impatient would take the claim for
    /// stalled.
    /// </summary>
    private static bool IsWorthSaying(Fetch fetch, Pace pace, Instant now)
    {
        var (grown, age) = (fetch.Percent - fetch.SaidPercent, now.MonotonicMs - fetch.SaidMs);
        return grown >= 10 && age >= pace.HoldingGapMs || grown > 0 && age >= pace.U0.ClaimTtlMs / 2;
    }

    private OwnSituation Situation(bool quiet) => new()
    {
        RoomBytes = _room.RoomBytes,
        ModelRooms = _room.ModelRooms,
        DonatedBytes = _room.DonatedBytes,
        Fetching = FetchingSlices,
        Held = HeldSlices,
        Health = Health,
        InStartupQuiet = quiet,
        StormBreakerOpen = StormBreakerOpen,
        IsCloned = IsCloned,
        Draining = Draining,
        Declines = Declines,
        Origins = Origins,
    };

    private void Start(PlanStep step, Pace pace, Instant now)
    {
        if (_fetching.ContainsKey((step.Model, step.Slice))) return;
        var fetch = new Fetch(step, now.UnixMs, 0, 0, now.MonotonicMs);
        _fetching[(step.Model, step.Slice)] = SayClaim(fetch, cancelled: false, pace, now);
        outbox.Add(new CoreOutput.StartFetch(step.Model, step.Slice));
    }

    private void Cancel(PlanStep step, Pace pace, Instant now)
    {
        if (!_fetching.Remove((step.Model, step.Slice), out var fetch)) return;
        SayClaim(fetch, cancelled: true, pace, now);
        outbox.Add(new CoreOutput.StopFetch(step.Model, step.Slice));
    }

    private Fetch SayClaim(Fetch fetch, bool cancelled, Pace pace, Instant now)
    {
        var body = new V1.Claim
        {
            Epoch = Plan.Epoch,
            Score = fetch.Step.Score,
            ProgressPercent = (uint)fetch.Percent,
            Cancelled = cancelled,
            ClaimedMs = (ulong)fetch.ClaimedUnixMs,
            Parts = Google.Protobuf.ByteString.CopyFrom((cancelled ? PartMap.Empty : fetch.Parts).ToArray()),
        };
        var ttl = Math.Max(pace.Take(fetch.Step.Urgency).ClaimTtlMs, 1000);
        say(RecordKind.Claim, RecordBodies.SliceSubject(fetch.Step.Model, fetch.Step.Slice), body,
            Math.Min(ttl, pace.LeaseTtlMs));
        return fetch with { SaidPercent = fetch.Percent, SaidMs = now.MonotonicMs };
    }

    private void TakeBackClaim(Hash256 model, int slice, Pace pace) => say(
        RecordKind.Claim, RecordBodies.SliceSubject(model, slice), new V1.Claim { Cancelled = true },
        Math.Min(pace.U2.ClaimTtlMs, pace.LeaseTtlMs));

    private void SayHolding(Hash256 model, Held held, Pace pace, Instant now)
    {
        held.Dirty = held.IsRecalled = false;
        held.SaidMs = now.MonotonicMs;
        _oldestSaidMs = null;
        var body = new V1.Holding
        {
            Verified = Google.Protobuf.ByteString.CopyFrom(held.Slices.ToBitmap()),
            Releasing = Google.Protobuf.ByteString.CopyFrom(held.Releasing.ToBitmap()),
            Trash = Google.Protobuf.ByteString.CopyFrom(held.Trash.ToBitmap()),
            InPlace = held.InPlace,
            Away = Google.Protobuf.ByteString.CopyFrom(held.Away.ToBitmap()),
            AwaySinceMs = held.Away.IsEmpty ? 0 : (ulong)held.AwaySinceMs,
        };
        held.SaidId = say(RecordKind.Holding, model.ToArray(), body, pace.LeaseTtlMs).Id;
    }

    private Held HeldOf(Hash256 model)
    {
        _stillUntilMs = long.MinValue;
        if (!_held.TryGetValue(model, out var held)) _held[model] = held = new Held();
        return held;
    }

    public override string ToString() => $"{self.Brief} holds parts of {_held.Count} models";
}
