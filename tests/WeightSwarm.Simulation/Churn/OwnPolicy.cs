using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.Churn;

/// <summary>A slice that wants copies, and who stands near the front for it.</summary>
internal sealed class OpenDeficit
{
    public required SliceTally Tally { get; set; }
    public List<int> Order { get; } = [];
    /// <summary>Of these, those who could act.</summary>
    public int Able { get; set; }
    /// <summary>What each of them remembers of it.</summary>
    public Dictionary<int, FirstSeen> Memory { get; } = [];
    /// <summary>So far along the order of all nodes it has been looked for them.</summary>
    public int Scanned { get; set; }
    /// <summary>Since when it has been wanted so much while somebody could give it; null while nobody can.</summary>
    public long? SinceMs { get; set; }
    /// <summary>Since when it has been a last copy that somebody could give and nobody has claimed.</summary>
    public long? UnclaimedSinceMs { get; set; }
}

/// <summary>
/// The rules of the daemon, from Core: <see cref="NeedRule"/> says what is wanted and how much, <see
/// cref="Rendezvous"/> who stands where, <see cref="TakeLoop"/> with its memory and <see cref="ClaimBudget"/> who acts
/// when, <see cref="ReleaseRule"/> what is given up. Each node decides at its own passes, once a minute.
/// </summary>
internal sealed class OwnPolicy : ChurnPolicy
{
    /// <summary>So many of an order are looked at; whoever comes later waits for more than an hour.</summary>
    private const int Front = 64;

    /// <summary>And of these as many as could act, besides as many as are wanted.</summary>
    private const int InReserve = 4;

    private readonly SortedDictionary<int, OpenDeficit> _open = [];
    private readonly TakerOrders _orders;
    private readonly OwnReleases _releases;
    private readonly OwnSituation _situation = new()
    {
        RoomBytes = 0,
        DonatedBytes = 0,
        Fetching = ImmutableSortedDictionary<Hash256, SliceSet>.Empty,
        Held = ImmutableSortedDictionary<Hash256, SliceSet>.Empty,
    };

    public OwnPolicy(ChurnWorld world) : base(world) =>
        (_releases, _orders) = (new OwnReleases(world), new TakerOrders(world));

    public override string Name => "ours";

    /// <summary>Deficits that stand open.</summary>
    public IReadOnlyDictionary<int, OpenDeficit> Open => _open;

    /// <summary>The count of a slice as Core has it, but for the claim of one node.</summary>
    public SliceTally TallyOf(int number, int without = -1)
    {
        var slice = World.Slices[number];
        var copies = new CopyCounts(
            Target, slice.Durable, slice.Recent, slice.Online, 0, slice.Durable, slice.Recent)
        {
            Struck = slice.Struck,
        };
        var patience = PatienceOf(number);
        var claims = 0;
        foreach (var claim in slice.Claims)
            if (claim.Taker != without && IsValid(claim, patience))
                claims++;
        var claimed = copies with { Claims = claims };
        var (need, before) = (NeedRule.Need(claimed), NeedRule.Need(copies));
        return new SliceTally(
            claimed, need, before, NeedRule.UrgencyOf(claimed, need, slice.Durable),
            NeedRule.UrgencyOf(copies, before, slice.Durable), slice.Holders.Count, slice.Present, 0);
    }

    private long PatienceOf(int number)
    {
        var slice = World.Slices[number];
        return World.Pace.Take(NeedRule.ClassOf(Target, slice.Recent - slice.Struck)).ClaimTtlMs;
    }

    /// <summary>While its bytes flow, a claim makes progress, however slowly.</summary>
    private bool IsValid(Transfer claim, long patienceMs) => World.Nodes[claim.Taker].IsPresent &&
        (claim.Source >= 0 || World.NowMs - claim.ProgressAtMs <= patienceMs);

    public override void SliceChanged(int slice)
    {
        _releases.SliceChanged(slice);
        var tally = TallyOf(slice);
        var known = _open.GetValueOrDefault(slice);
        if (tally.Need == 0 || World.Slices[slice].IsLost)
        {
            if (known is not null) Close(slice, known);
            return;
        }
        var isNew = known is null;
        known ??= _open[slice] = new OpenDeficit { Tally = tally };
        NoteClaims(known, tally);
        if (!isNew && IsSame(known.Tally, tally))
        {
            known.Tally = tally;
            return;
        }
        Note(known, tally);
        Rank(slice, known);
    }

    private void NoteClaims(OpenDeficit deficit, SliceTally tally)
    {
        var waits = tally is { Urgency: Urgency.U0, Counts.Claims: 0, Sources: > 0 };
        deficit.UnclaimedSinceMs = waits ? deficit.UnclaimedSinceMs ?? World.NowMs : null;
    }

    private static bool IsSame(SliceTally a, SliceTally b) =>
        (a.Need, a.Urgency, a.Sources > 0) == (b.Need, b.Urgency, b.Sources > 0);

    private void Note(OpenDeficit deficit, SliceTally tally)
    {
        var harder = deficit.SinceMs is null || tally.Urgency != deficit.Tally.Urgency;
        deficit.SinceMs = tally.Sources == 0 ? null : harder ? World.NowMs : deficit.SinceMs;
        deficit.Tally = tally;
    }

    private void Close(int slice, OpenDeficit deficit)
    {
        Leave(slice, deficit);
        _open.Remove(slice);
    }

    private void Leave(int slice, OpenDeficit deficit)
    {
        foreach (var node in deficit.Order) World.Nodes[node].Near.Remove(slice);
        deficit.Order.Clear();
        deficit.Able = 0;
    }

    /// <summary>Who stands near the front now; all of them look at it at their next pass.</summary>
    private void Rank(int number, OpenDeficit deficit)
    {
        Leave(number, deficit);
        deficit.Scanned = 0;
        Extend(number, deficit);
    }

    /// <summary>Goes on along the order until enough of those that it has passed could act.</summary>
    private void Extend(int number, OpenDeficit deficit)
    {
        if (deficit.Able >= deficit.Tally.Need + InReserve || deficit.Order.Count >= Front) return;
        var order = _orders.Of(number);
        while (deficit.Able < deficit.Tally.Need + InReserve && deficit.Scanned < order.Length &&
            deficit.Order.Count < Front)
        {
            var node = World.Nodes[order[deficit.Scanned++]];
            if (!IsEligible(node, number) || !node.Near.TryAdd(number, World.NowMs)) continue;
            deficit.Order.Add(node.Number);
            if (!MayClaim(node, deficit)) continue;
            deficit.Able++;
            if (deficit.Tally.Urgency == Urgency.U0) WakeAt(node, SoonestMs(node));
            else Wake(node, World.NowMs);
        }
    }

    private static bool MayClaim(ChurnNode node, OpenDeficit deficit) =>
        !(deficit.Tally.Urgency == Urgency.U0 ? node.IsFull : node.IsBusy);

    /// <summary>Whether a node may open another claim may have changed: others take its place in the reserve.</summary>
    private void MindBusy(ChurnNode node)
    {
        var (busy, full) = (IsShut(node, Urgency.U2), IsShut(node, Urgency.U0));
        if ((busy, full) == (node.IsBusy, node.IsFull)) return;
        var before = node.Near.Keys.Select(slice => (Slice: slice, May: MayClaim(node, _open[slice]))).ToList();
        (node.IsBusy, node.IsFull) = (busy, full);
        foreach (var (slice, may) in before)
        {
            if (MayClaim(node, _open[slice]) == may) continue;
            _open[slice].Able += may ? -1 : 1;
            Extend(slice, _open[slice]);
        }
    }

    private bool IsShut(ChurnNode node, Urgency urgency) =>
        node.Fetching.Count > 0 && !BudgetOf(node).TryOpen(ChurnSetting.SliceBytes, urgency);

    public bool IsEligible(ChurnNode node, int number) =>
        node.IsPresent && node.ShownBytes >= ChurnSetting.SliceBytes &&
        !World.Slices[number].Holders.Contains(node.Number) &&
        !World.Slices[number].Claims.Exists(c => c.Taker == node.Number);

    public override void NodeCame(ChurnNode node, bool isNew)
    {
        MindBusy(node);
        foreach (var (slice, deficit) in _open.ToList())
            if (deficit.Order.Count == 0 || ScoreOf(node, slice) < ScoreOf(World.Nodes[deficit.Order[^1]], slice))
                Rank(slice, deficit);
    }

    public override void NodeMissed(ChurnNode node)
    {
        foreach (var slice in node.Near.Keys.Order().ToList()) Rank(slice, _open[slice]);
    }

    private ulong ScoreOf(ChurnNode node, int slice) => Rendezvous.Score(
        World.Catalogue.OrderDigest(slice), node.Digest, Rendezvous.Weight(node.ShownBytes));

    public override bool StillWanted(Transfer transfer)
    {
        if (transfer.Percent >= 90) return true;
        var tally = TallyOf(transfer.Slice, transfer.Taker);
        var better = World.Slices[transfer.Slice].Claims.Count(c => c.Taker != transfer.Taker &&
            World.Nodes[c.Taker].IsPresent && c.Score < transfer.Score);
        return better < tally.NeedBeforeClaims;
    }

    public override void Fetched(Transfer transfer)
    {
        MindBusy(World.Nodes[transfer.Taker]);
        Wake(World.Nodes[transfer.Taker], World.NowMs);
    }

    public override void StormChanged()
    {
        foreach (var node in World.Nodes.Where(n => !n.Dead))
        {
            MindBusy(node);
            foreach (var slice in node.Near.Keys.ToList()) node.Near[slice] = World.NowMs;
            Wake(node, World.NowMs);
        }
    }

    public override void Happen(ChurnHappening happening)
    {
        if (happening.What == ChurnEvent.Pass) Pass(World.Nodes[happening.Which]);
        else _releases.Happen(happening);
    }

    /// <summary>The first pass of a node from a moment on.</summary>
    private void Wake(ChurnNode node, long fromMs)
    {
        if (fromMs == long.MaxValue) return;
        var minute = World.Pace.PlanMs;
        var pass = fromMs + ((node.PassPhaseMs - fromMs) % minute + minute) % minute;
        if (pass <= World.NowMs) pass += minute;
        WakeAt(node, pass);
    }

    /// <summary>When a copy is the last, the next pass does not wait for its minute either.</summary>
    private long SoonestMs(ChurnNode node) =>
        Math.Max(World.NowMs + World.Pace.TickMs, node.LastPassMs + World.Pace.U0.StepMs / 2);

    /// <summary>What is urgent is looked at when its time has come; what is not waits for the minute.</summary>
    private void WakeAt(ChurnNode node, long pass)
    {
        if (pass >= node.NextPassMs) return;
        node.NextPassMs = pass;
        World.At(pass, ChurnEvent.Pass, node.Number);
    }

    private void Pass(ChurnNode node)
    {
        if (node.NextPassMs != World.NowMs) return;
        (node.NextPassMs, node.LastPassMs) = (long.MaxValue, World.NowMs);
        if (!node.On || node.Near.Count == 0 || node.IsFull) return;
        var deficits = node.Near.Where(n => n.Value <= World.NowMs && MayClaim(node, _open[n.Key]))
            .Select(n => DeficitOf(node, n.Key)).ToList();
        deficits.Sort(Deficit.Compare);
        var loop = Loop(node, deficits);
        var steps = loop.Decide(deficits);
        Remember(node, deficits, loop);
        for (var i = 0; i < steps.Count; i++)
        {
            var number = NumberOf(deficits[i]);
            if (steps[i].Action == PlanAction.Take) Take(node, deficits[i]);
            else if (node.Near.ContainsKey(number))
                node.Near[number] = LookAgainMs(steps[i]);
        }
        if (node.Near.Count == 0 || node.IsFull) return;
        var next = PlanStanding.NextPassMs(EmptyView(node), new Plan(0, 0, [.. steps]), World.Now);
        if (next < World.NowMs + World.Pace.PlanMs) WakeAt(node, next);
        if (NextLook(node) is { } look) Wake(node, look);
    }

    private long? NextLook(ChurnNode node) =>
        node.Near.Where(n => MayClaim(node, _open[n.Key])).Select(n => (long?)n.Value).Min();

    /// <summary>
    /// What the storm holds back would be looked at every minute, and be found as it was: it is looked at again when
    /// the breaker closes.
    /// </summary>
    private long LookAgainMs(PlanStep step) =>
        World.StormBreakerOpen && step.Urgency > Urgency.U1 ? long.MaxValue
        : World.NowMs + (step.Action == PlanAction.Wait ? step.DueInMs : ChurnSetting.Hour);

    private void Remember(ChurnNode node, List<Deficit> deficits, TakeLoop loop)
    {
        foreach (var deficit in deficits)
            if (loop.StillWaiting.TryGetValue((deficit.Model.ModelId, deficit.Slice), out var seen))
                _open[NumberOf(deficit)].Memory[node.Number] = seen;
            else _open[NumberOf(deficit)].Memory.Remove(node.Number);
    }

    private void Take(ChurnNode node, Deficit deficit)
    {
        var slice = NumberOf(deficit);
        var since = _open[slice].SinceMs ?? World.NowMs;
        if (_open[slice].UnclaimedSinceMs is { } unclaimed) World.Figures.ClaimDelays0.Add(World.NowMs - unclaimed);
        World.Fetch(node, slice, deficit.Score, deficit.Urgency, since);
        MindBusy(node);
    }

    private int NumberOf(Deficit deficit) =>
        World.Catalogue.NumberOf(deficit.Model.ModelId) * World.Setting.SlicesPerModel + deficit.Slice;

    private Deficit DeficitOf(ChurnNode node, int number)
    {
        var deficit = _open[number];
        var digest = World.Catalogue.OrderDigest(number);
        var rank = deficit.Order.IndexOf(node.Number);
        return new Deficit
        {
            Model = World.Catalogue.EntryOf(number),
            Slice = number % World.Setting.SlicesPerModel,
            Tally = deficit.Tally,
            Bytes = ChurnSetting.SliceBytes,
            Score = Rendezvous.Score(digest, node.Digest, Rendezvous.Weight(node.ShownBytes)),
            Takers = new TakerCount(rank, World.Present.Count, 0),
            JitterMs = Rendezvous.Jitter(digest, node.Digest, number % World.Setting.SlicesPerModel,
                World.Pace.Take(deficit.Tally.Urgency).StepMs / 5),
            Obstacle = deficit.Tally.Sources == 0 ? "no source"
                : node.Fetching.Exists(f => f.Slice == number) ? "fetches it already" : null,
        };
    }

    private TakeLoop Loop(ChurnNode node, List<Deficit> deficits)
    {
        var own = Situation(node);
        var memory = new SortedDictionary<(Hash256 Model, int Slice), FirstSeen>();
        foreach (var deficit in deficits)
            if (_open[NumberOf(deficit)].Memory.TryGetValue(node.Number, out var seen))
                memory[(deficit.Model.ModelId, deficit.Slice)] = seen;
        // The others' room is not short in this world: each gives several times what it holds.
        var nodes = new NodeIndex(EmptyView(node), World.Now);
        return new TakeLoop(nodes, own, BudgetOf(node), memory, othersUsableRoom: Int128.MaxValue / 2);
    }

    /// <summary>Copies are counted by this world: the rules see deficits, and no nodes.</summary>
    private SwarmView EmptyView(ChurnNode node) => new()
    {
        Version = 0,
        Self = node.Id,
        Policy = World.Setting.Policy,
        EpochSalt = ChurnCatalogue.Salt,
        Nodes = ImmutableSortedDictionary<Core.Identity.NodeId, NodeView>.Empty,
        Models = [],
    };

    private OwnSituation Situation(ChurnNode node) => _situation with
    {
        RoomBytes = node.FreeBytes,
        DonatedBytes = node.DonatedBytes,
        InStartupQuiet = World.NowMs - node.OnSinceMs < World.Pace.StartupQuietMs,
        StormBreakerOpen = World.StormBreakerOpen,
    };

    private ClaimBudget BudgetOf(ChurnNode node)
    {
        var budget = new ClaimBudget(World.Setting.Policy, Situation(node));
        foreach (var fetch in node.Fetching) budget.Add(ChurnSetting.SliceBytes, fetch.Urgency);
        return budget;
    }
}
