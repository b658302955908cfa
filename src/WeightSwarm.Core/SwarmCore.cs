using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Google.Protobuf;
using WeightSwarm.Core.Auditing;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Gossip.Buckets;
using WeightSwarm.Core.Gossip.Reconciliation;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Liveness;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core;

/// <summary>
/// One node, without I/O: a frame becomes a gossip input, the records that it brings build the view, the view becomes a
/// plan, the plan becomes fetches, and what they end in becomes records again. The daemon and the simulator drive the
/// same object: one thread calls <see cref="Handle"/>, carries out what it answers and reports back with new inputs.
/// </summary>
public sealed partial class SwarmCore
{
    private readonly Outbox _outbox = new();
    private readonly RecordSet _records;
    private readonly RecordAuthor _author;
    private readonly GossipState _gossip;
    private readonly LivenessState _liveness;
    private readonly SwarmViewBuilder _views;
    private readonly ReplicationState _replication;
    private readonly Watch _watch;
    private StormBreaker? _breaker;
    private int _seen;
    private long? _seenMs;
    private readonly long _startedMs;
    private SelfDescription? _self;
    private IPAddress? _observed;
    private bool _refutes, _saysHidden, _hasTakenUp;
    private V1.Node? _saidNode, _nodeBody;
    private long _saidNodeMs = long.MinValue;
    private long _freeBytes, _donatedBytes, _livenessSeen = -1, _viewLiveness = -1;
    private SwarmView? _view;

    /// <summary>A core that has heard nothing yet.</summary>
    public SwarmCore(CoreParts parts, Instant now)
    {
        var random = new SplitMix64(parts.Seed);
        (_startedMs, _startedUnixMs) = (now.MonotonicMs, now.UnixMs);
        _records = new RecordSet(parts.Network, parts.Verifier, parts.Known, TableSalt(parts.Secret));
        _author = new RecordAuthor(parts.Signer, parts.Network, parts.Sequence);
        _liveness = new LivenessState(Self, _startedMs, TableSalt(parts.Secret));
        _views = new SwarmViewBuilder(Self, TableSalt(parts.Secret)) { BucketBits = parts.Buckets.Bits };
        _subscriptions = new Subscriptions(Self, parts.Buckets, _startedMs);
        _gossip = new GossipState(Self, _records, _outbox, random.Split(), parts.Secret)
        {
            Accepted = TakeIn,
            TrustsPeers = parts.TrustsPeers,
            Buckets = new BucketBook(_subscriptions, _views),
            Heard = _liveness.Seen,
            PulseOf = _liveness.PulseOf,
            Observed = SeenAt,
            PeerClock = _clock.Heard,
            Parted = _clock.Forget,
            OwnMonitors = () => _watch!.MonitorsOf(Self),
            IsTied = peer => _watch!.IsTied(peer),
            IsMember = author => _views.Knows(author),
            IsAdmitted = _views.Census.IsAdmitted,
            IsYoung = author => _views.Census.YoungUntilMs(author) > Now.MonotonicMs,
        };
        Now = now;
        _replication = new ReplicationState(Self, _outbox, (kind, subject, body, ttl) => Say(kind, subject, body, ttl));
        _releases = new ReleaseState(Self, _outbox, _replication, parts.Secret, random.Split(),
            (kind, subject, body, ttl) => Say(kind, subject, body, ttl));
        _audits = new AuditState(Self, _outbox, parts.Secret, ReportOf, SayAudits);
        _timed = new TimedState(Self, _outbox, parts.Secret);
        _progress = new ProgressState(_outbox, _views, parts.Secret);
        _watch = new Watch(Self, _liveness, _gossip, _views, (subject, body, ttl) =>
            Say(RecordKind.Observation, subject, body, ttl));
    }

    /// <summary>The node.</summary>
    public NodeId Self => _author.Id;
    /// <summary>The network.</summary>
    public NetworkId Network => _records.Network;
    /// <summary>The rules, or null until the charter is known.</summary>
    public Charter? Charter => _records.Charter;
    /// <summary>The newest view, or null until the charter is known.</summary>
    public SwarmView? View => Charter is null ? null : FreshView();
    /// <summary>The newest plan.</summary>
    public Plan Plan => _replication.Plan;
    /// <summary>The slices that this node holds.</summary>
    public ImmutableSortedDictionary<Hash256, SliceSet> Held => _replication.HeldSlices;
    /// <summary>The slices that this node is fetching.</summary>
    public ImmutableSortedDictionary<Hash256, SliceSet> Fetching => _replication.FetchingSlices;
    /// <summary>Peers with an open stream.</summary>
    public IEnumerable<PeerSession> Peers => _gossip.Peers;
    /// <summary>Peers that are refused now.</summary>
    public IEnumerable<Ban> Bans => _gossip.Bans(Now);
    /// <summary>Peers with a score below zero, and it.</summary>
    public IEnumerable<(NodeId Peer, int Points)> BadScores => _gossip.BadScores(Now);
    /// <summary>What all peers did that they must not, since the start.</summary>
    public IReadOnlyDictionary<Offence, long> Offences => _gossip.Offences;
    /// <summary>Streams that are open, greeted or not.</summary>
    public int SessionCount => _gossip.SessionCount;
    /// <summary>Every live record.</summary>
    public IEnumerable<Record> Records => _records.Records;
    /// <summary>The live record whose id begins with these eight bytes (big-endian), or null.</summary>
    public Record? RecordOf(ulong shortId) => _records.FindShort(shortId);
    /// <summary>Every live proposal whose model is not catalogued, the oldest first.</summary>
    public IReadOnlyList<Proposal> Proposals => ProposalList.Of(_records.Records, View);
    /// <summary>What each curator has added and may add.</summary>
    public Curation Curation => _views.Curation;
    /// <summary>The public key of a node of which a record is known, SubjectPublicKeyInfo (DER); else empty.</summary>
    public ImmutableArray<byte> KeyOf(NodeId node) =>
        _records.OfAuthor(node) is { } record ? [.. record.PublicKey] : [];
    /// <summary>The node records by author.</summary>
    public IReadOnlyDictionary<NodeId, V1.Node> Nodes => _views.Nodes;
    /// <summary>The time of the input being handled.</summary>
    public Instant Now { get; private set; }
    /// <summary>Too many nodes are gone at once; only the most urgent work is done.</summary>
    public bool StormBreakerOpen => _replication.StormBreakerOpen;

    /// <summary>Peers have tried to dial this node, and none came through.</summary>
    public bool IsHidden => _gossip.IsHidden;

    private Pace Pace => _records.Pace;

    /// <summary>Handles one input and answers what is to be done, in order.</summary>
    public IReadOnlyList<CoreOutput> Handle(CoreInput input, Instant now)
    {
        Now = now;
        if (_clock.Read(now, Pace)) SayAllAgain(now);
        NoteForPlan(input);
        NoteForBuckets(input);
        switch (input)
        {
            case CoreInput.SessionOpened opened: _gossip.Opened(opened, now); break;
            case CoreInput.SessionClosed closed: _gossip.Closed(closed.Session); break;
            case CoreInput.FrameArrived arrived: _gossip.Arrived(arrived.Session, arrived.Frame, now); break;
            case CoreInput.Offended offended: _gossip.Offended(offended, now); break;
            case CoreInput.DialFailed failed: _gossip.DialFailed(failed.Address, now); break;
            case CoreInput.Bootstrap bootstrap:
                foreach (var address in bootstrap.Addresses) _gossip.Invited(address, now);
                break;
            case CoreInput.Knocked knocked: _gossip.Knocked(knocked); break;
            case CoreInput.Found found: _gossip.Found(found.Addresses, now); break;
            case CoreInput.Remembered remembered: Remember(remembered.Run, now); break;
            case CoreInput.Restored restored: Restore(restored.Envelopes, now); break;
            case CoreInput.Publish publish: OfferOwn(publish.Record); break;
            case CoreInput.Described described: Describe(described.Self); break;
            case CoreInput.RoomChanged room:
                (_freeBytes, _donatedBytes, _nodeBody) = (room.FreeBytes, room.DonatedBytes, null);
                _replication.RoomChanged(room);
                break;
            case CoreInput.OriginsUsable origins: _replication.Origins = origins.Models; break;
            case CoreInput.SlicesHeld held: _replication.SlicesHeld(held.Model, held.Slices, held.InPlace); break;
            case CoreInput.TakenUp: _hasTakenUp = true; break;
            case CoreInput.SlicesAway away: _replication.SlicesAway(away.Model, away.Slices, Pace, now); break;
            case CoreInput.SliceVerified done: _replication.SliceVerified(done.Model, done.Slice); break;
            case CoreInput.SliceLost lost: _replication.SliceLost(lost.Model, lost.Slice, Pace, now); break;
            case CoreInput.SliceProgress progress: _replication.Progress(progress); break;
            case CoreInput.FetchFailed failed: _replication.FetchFailed(failed.Model, failed.Slice, Pace, now); break;
            case CoreInput.ReleaseDemanded demanded: _releases.Demanded(demanded.Demands); break;
            case CoreInput.ReceiptArrived receipt:
                _releases.Received(receipt, View, Circumstances(now), now);
                break;
            case CoreInput.AuditEnded ended: AuditEnded(ended, now); break;
            case CoreInput.TimedEnded ended: TimedEnded(ended, now); break;
            case CoreInput.ProgressEnded ended: _progress.Ended(ended, Pace, now); break;
            case CoreInput.AuditsRemembered kept: Remember(kept); break;
            case CoreInput.TrashHeld trash: _replication.TrashHeld(trash.Model, trash.Slices); break;
            case CoreInput.ModelsWanted wanted: _wanted = wanted.Models; break;
            case CoreInput.Lagged lagged: _health.Lagged(lagged.Ms, now, Pace); break;
            case CoreInput.BroadcastDue: _gossip.TendBroadcast(now); break;
            case CoreInput.Tick: Tick(now); break;
        }
        NoteForWake(input);
        return _outbox.Drain();
    }

    /// <summary>What this node thinks of a peer: 0 for nothing, a ban at -40.</summary>
    public int ScoreOf(NodeId peer) => _gossip.ScoreOf(peer, Now);

    /// <summary>Since when (monotonic) a node is absent, or null while it is present.</summary>
    public long? AbsentSinceMs(NodeId node) =>
        _liveness.Doubted.Contains(node) ? _liveness.AbsentSinceMs(node, _watch.MonitorsOf(node)) : null;

    private void Tick(Instant now)
    {
        foreach (var record in _records.Expire(now)) End(record);
        _gossip.Tick(now);
        LookForClone(now);
        Feel(now);
        _watch.Tend(Pace, now, IsQuiet(now) || IsCloned(now));
        Listen(now);
        if (Charter is null) return;
        TendBuckets(now);
        SayNode(now);
        _replication.TendRecords(Pace, TakesUp(now), now);
        TendLeases(now);
        // Who is silent depends on whom this node watches.
        _watch.NoteMembership();
        _livenessSeen = _liveness.Version;
        var planDue = _replication.IsPlanDue(now) && MayPlanDiffer(now);
        if (planDue) MakePlan(FreshView(), now);
        if (planDue || _releases.IsBusy) TendReleases(FreshView(), planDue, now);
        TendAudits(planDue, now);
    }

    private static ulong TableSalt(ReadOnlyMemory<byte> secret) =>
        BinaryPrimitives.ReadUInt64LittleEndian(FingerprintKey.DeriveSalt(secret.Span, 0));

    /// <summary>The view of now. It is made when somebody looks, not with every record: the planner looks each
    /// minute.</summary>
    private SwarmView FreshView()
    {
        if (_view?.Version == _views.Version && _viewLiveness == _liveness.Version) return _view;
        _viewLiveness = _liveness.Version;
        return _view = _views.Build(AbsentSinceMs, _liveness.Doubted)!;
    }

    private void MindStorms(SwarmView view, Instant now)
    {
        // The first reading counts for a week: it must not be that of a node which has yet to hear of the others.
        if (IsQuiet(now)) return;
        _breaker ??= new StormBreaker(view.Policy.Pace);
        // While nothing was planned anew, the reading before this one stood.
        if (_seenMs is { } at && now.MonotonicMs - at > Pace.PlanMs)
            _breaker.Observe(_seen, 0, 0, now.Plus(-Pace.PlanMs));
        var (reached, watched) = _watch.Reach(now, Pace);
        (_seen, _seenMs) = (StormBreaker.SeenLately(view, now), now.MonotonicMs);
        _replication.StormBreakerOpen = _breaker.Observe(_seen, reached, watched, now).Open;
    }

    private bool IsQuiet(Instant now) => now.MonotonicMs < QuietUntilMs;

    /// <summary>What earlier runs held is still being looked for: of that nothing is taken back yet.</summary>
    private bool TakesUp(Instant now) => !_hasTakenUp || IsQuiet(now);

    private void Describe(SelfDescription self)
    {
        (_self, _nodeBody) = (self, null);
        _gossip.GossipPort = self.Endpoints.Select(e => e.GossipPort).FirstOrDefault();
        _gossip.Version = self.Version;
        (_replication.Draining, _replication.Declines) = (self.Draining, new Declines(self.Declines));
    }

    private void Remember(EarlierRun run, Instant now)
    {
        foreach (var (node, since) in run.Known)
            _views.Census.Knew(node, now.MonotonicMs - Math.Max(0, now.UnixMs - since));
        _gossip.Remember(run.Anchors, run.Reached, now);
        _gossip.Remember(run.Bans, run.Scores, now);
    }

    private void Restore(IReadOnlyList<ReadOnlyMemory<byte>> envelopes, Instant now)
    {
        // The charter first: it says who may have written the rest; then what keeps others. Of a crowd those known
        // longest.
        var records = envelopes.Select(e => EnvelopeCodec.Read(e, Network)).OfType<Record>();
        foreach (var record in records.OrderBy(r => r.Kind != RecordKind.Charter)
            .ThenBy(r => r.Kind != RecordKind.Renewal).ThenBy(r => _views.Census.FirstMs(r.Author)))
            if (_records.Offer(record, now) is Acceptance.Accepted or Acceptance.Equivocation)
                Absorb(record, now);
    }

    /// <summary>A record that gossip brought and the set accepted.</summary>
    private void TakeIn(Record record, Instant now)
    {
        _outbox.Add(new CoreOutput.Persist(record));
        if (AskedBy(record) is var asks && asks > _taken) _taken = asks;
        Absorb(record, now);
        if (record.Kind == RecordKind.Charter) _gossip.CharterChanged(now);
        if (record.Author != Self) return;
        // It is ours and we did not make it: our state is older than what the network knows. Number above it, and speak
        // again; but to a clone that would be the beginning of an endless quarrel.
        _author.JumpAbove(record);
        var knew = IsCloned(now);
        if (IsOfClone(record)) SeeClone(now);
        if (knew) return;
        _saidNode = null;
        _replication.SayAllAgain();
        _audits.SayAllAgain();
    }

    private void Absorb(Record record, Instant now)
    {
        TakeView(record, now);
        var issuedMs = now.MonotonicMs - Math.Max(0, now.UnixMs - record.IssuedMs);
        if (record.Kind is not (RecordKind.Charter or RecordKind.Entry)) _liveness.Heard(record.Author, issuedMs);
        if (record.Kind == RecordKind.Node) _gossip.Learn(record, now);
        if (record.Kind == RecordKind.Renewal) TakeRenewal(record, now);
        if (record.Kind == RecordKind.Observation) Observe(record, issuedMs);
        if (record.Author == Self) Recall(record);
    }

    /// <summary>A record of this node from an earlier run: what it said then must be kept up or taken back.</summary>
    private void Recall(Record record)
    {
        if (record.Kind == RecordKind.Claim && !RecordBodies.Claim(record).Cancelled)
            _replication.RecallClaim(RecordBodies.ModelOf(record), RecordBodies.SliceOf(record));
        else if (record.Kind == RecordKind.Holding)
            _replication.RecallHolding(RecordBodies.ModelOf(record), (long)RecordBodies.Holding(record).AwaySinceMs);
        else if (record.Kind == RecordKind.ReleaseIntent && !RecordBodies.ReleaseIntent(record).Cancelled)
            _releases.Recall(RecordBodies.ModelOf(record), RecordBodies.SliceOf(record));
        else if (record.Kind == RecordKind.Observation)
            _watch.Recall(new NodeId(RecordBodies.ModelOf(record)), RecordBodies.Observation(record).Down);
    }

    private void Observe(Record record, long castMs)
    {
        var body = RecordBodies.Observation(record);
        // The observer's own clock measured how long ago: only the difference counts here.
        var agoMs = record.IssuedMs - (long)Math.Min(body.SinceMs, (ulong)record.IssuedMs);
        var subject = new NodeId(RecordBodies.ModelOf(record));
        // Who is taken for silent and is not says so itself: a newer word of its own is proof to everybody.
        _refutes |= subject == Self && body.Down;
        // Its clock may be behind ours or the subject's; until it takes its word back it stands by it.
        var standsMs = Math.Min(Now.MonotonicMs, castMs + _records.ClockSkewMs);
        if (IsRefuted(record, subject)) standsMs = Math.Min(standsMs, _liveness.LastHeardMs(subject) ?? standsMs);
        _liveness.Observed(record.Author, subject, body.Down, castMs - agoMs, standsMs);
    }

    /// <summary>
    /// The subject's denial of what an observer says may overtake it on the way here. Further apart than half a probe
    /// period they were not under way together: then it is a clock that is wrong, and who is silent stays so.
    /// </summary>
    private bool IsRefuted(Record observation, NodeId subject) =>
        _records.Find(RecordKey.Of(subject, RecordKind.Node, [])) is { } node &&
        node.IssuedMs - observation.IssuedMs is >= 0 and var later && later <= Pace.ProbeMs / 2;

    private void End(Record record)
    {
        _views.Ended(record, Now);
        if (record.Kind == RecordKind.Observation)
            _liveness.Unobserved(record.Author, new NodeId(RecordBodies.ModelOf(record)));
        _outbox.Add(new CoreOutput.Forget(record));
    }

    private Record Say(RecordKind kind, ReadOnlySpan<byte> subject, IMessage body, long ttlMs)
    {
        var record = _author.Make(
            kind, subject, body, Math.Max(ttlMs, LeftMs(kind, subject)), Now, WhyClockSuspect is null);
        OfferOwn(record);
        return record;
    }

    /// <summary>
    /// What is left of the lease of the word that the next one takes the place of. If that ended first, whoever still
    /// has the older one would bring it back to those who have forgotten both.
    /// </summary>
    private long LeftMs(RecordKind kind, ReadOnlySpan<byte> subject) =>
        _records.Find(RecordKey.Of(Self, kind, subject)) is { } old
            ? Math.Min(old.IssuedMs + old.TtlMs + 999 - Now.UnixMs, Pace.LeaseTtlMs) : 0;

    /// <summary>
    /// The wall clock was set. What was said under the old one may have been refused for it, or be refused from now on:
    /// it is said again. What bears a time to come, which nobody else believes, gives way to the same words with the
    /// time of now, and at once: in between a peer could bring back older ones.
    /// </summary>
    private void SayAllAgain(Instant now)
    {
        _renewsAgain |= SaysRenewals;
        foreach (var record in _records.TakeOutFuture(Self, now))
        {
            Disown(record);
            End(record);
            // What others have to answer is asked anew, by whoever wants the answer still.
            if (record.Kind != RecordKind.ReleaseIntent)
                OfferOwn(_author.Again(record, now, WhyClockSuspect is null));
        }
        _saidNode = null;
        _replication.SayAllAgain();
        _audits.SayAllAgain();
        _watch.SayAllAgain();
    }

    private void OfferOwn(Record record)
    {
        if (_records.Offer(record, Now) is not (Acceptance.Accepted or Acceptance.Equivocation)) return;
        _outbox.Add(new CoreOutput.Persist(record));
        TakeView(record, Now);
        _gossip.Spread(record, from: null, Now);
    }

    private void TakeView(Record record, Instant now)
    {
        _views.Accepted(record, now);
        if (record.Kind == RecordKind.Charter) foreach (var gone in _records.DropUnauthorised()) End(gone);
        foreach (var old in _records.DropOldProposals(record)) End(old);
    }
}
