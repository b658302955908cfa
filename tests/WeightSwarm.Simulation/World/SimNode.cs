using System.Collections.Immutable;
using System.Diagnostics;
using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;
using WeightSwarm.V1;

namespace WeightSwarm.Simulation.World;

/// <summary>
/// One node: a real core, and a driver that carries out its outputs on the simulated disk, network and clock.
/// </summary>
internal sealed class SimNode
{
    private static readonly CoreInput.Tick Ticking = new();
    private static readonly CoreInput.BroadcastDue Broadcasting = new();

    private readonly SimWorld _world;
    private SimKey _key;
    private SwarmCore? _core;
    private readonly Wake _wake, _broadcast;
    private long _firstTickMs;

    public SimNode(SimWorld world, int number, long quotaBytes)
    {
        _world = world;
        Number = number;
        _key = new SimKey(world.Seed, number);
        Disk = new SimDisk(world.Registers, quotaBytes) { NowMs = () => world.NowMs };
        Chance = new SplitMix64(SplitMix64.Mix(world.Seed ^ 0x6469_736b) + (ulong)number);
        Transfers = new Transfers(world, this);
        Rereads = new Rereads(world, this);
        _wake = new Wake(2 * number, Tick);
        _broadcast = new Wake(2 * number + 1, Broadcast);
    }

    public int Number { get; }
    public NodeId Id => _key.Id;
    public SimDisk Disk { get; }
    public Transfers Transfers { get; }
    public Rereads Rereads { get; }
    /// <summary>What befalls its disk is drawn from here, and moves no other dice.</summary>
    public SplitMix64 Chance { get; }
    public NodeFaults Faults { get; } = new();
    /// <summary>Counts the starts and stops: what was planned in another life does not happen.</summary>
    public int Life { get; private set; }
    /// <summary>When it started last, by its own clock.</summary>
    public long StartedUnixMs { get; private set; }
    public bool Up => _core is not null;
    /// <summary>The autonomous system that it says it is in; 0: it does not say.</summary>
    public uint Asn { get; set; }
    /// <summary>The country that it says it stands in; empty: it does not say.</summary>
    public string Country { get; set; } = "";
    /// <summary>What acts in place of a core, if this node is no honest one.</summary>
    public IHostile? Hostile { get; set; }
    /// <summary>Something takes its connections.</summary>
    public bool Listens => Up || Hostile is not null;
    /// <summary>Something acts on what comes.</summary>
    public bool Acts => Awake || Hostile is not null;
    /// <summary>It runs and is not asleep.</summary>
    public bool Awake => Up && !Asleep;
    /// <summary>False after a power cut: nothing answers, not even with a refusal.</summary>
    public bool HostUp { get; private set; } = true;
    public SimClock Clock { get; } = new();
    /// <summary>The host sleeps: nothing happens in it until it wakes up.</summary>
    public bool Asleep { get; private set; }
    /// <summary>Addresses to try at the next start.</summary>
    public ImmutableArray<IPEndPoint> Bootstrap { get; set; } = [];
    public SwarmCore Core => _core ?? throw new InvalidOperationException($"node {Number} is down");
    public Instant Now => Clock.At(_world.NowMs);

    /// <summary>From now on it is a clone of another: with its key, and all that is on its disk.</summary>
    public void Clone(SimNode other)
    {
        _key = other._key;
        Disk.PutBack([.. other.Disk.Records], other.Disk.LastSeq);
        foreach (var key in other.Disk.Intact.Keys) Disk.Intact.Add(key, other.Disk.Intact[key]);
    }

    public void Start()
    {
        HostUp = true;
        Life++;
        Disk.Open();
        _world.Net.Reset(Number);
        Clock.Boot(_world.NowMs, 1_000 + _world.Random.Below(1_000_000));
        StartedUnixMs = Now.UnixMs;
        _world.Log.Say(_world.NowMs, Number, $"starts as {Id.Brief}");
        var secret = new byte[32];
        _world.Random.Split().Fill(secret);
        var parts = new CoreParts(_world.Network, _key, _key, Disk, _world.Random.Next(), secret)
        {
            Known = _world.Known,
            TrustsPeers = !_world.ThroughBytes,
            Buckets = _world.Buckets,
        };
        _core = new SwarmCore(parts, Now);
        _firstTickMs = _world.NowMs + _world.Random.Below(_world.TickMs);
        Handle(new CoreInput.Remembered(Disk.Earlier), EventKind.Start);
        if (Disk.Audits.Count > 0) Handle(new CoreInput.AuditsRemembered([.. Disk.Audits]), EventKind.Start);
        Handle(new CoreInput.Restored([.. Disk.Records.Select(r => r.Bytes)]), EventKind.Start);
        Describe();
        Transfers.TellRoom();
        foreach (var held in Disk.Recorded.GroupBy(k => k.Model))
            Handle(new CoreInput.SlicesHeld(held.Key, SliceSet.Of(held.Select(k => k.Slice)),
                held.Any(k => Disk.Intact.Contains(k) && Disk.Intact[k] == 0)), EventKind.Start);
        foreach (var model in Disk.Doubted.Select(k => k.Model).Except(Disk.Recorded.Select(k => k.Model)).ToList())
            Handle(new CoreInput.SlicesHeld(model, SliceSet.Empty, InPlace: false), EventKind.Start);
        if (!Disk.Mounted) TellAway(Disk.Recorded);
        Handle(new CoreInput.TakenUp(), EventKind.Start);
        Rereads.Begin();
        if (Bootstrap.Length > 0) Handle(new CoreInput.Bootstrap(Bootstrap), EventKind.Start);
    }

    /// <summary>The power goes: with it what the disk did not have, or said that it had.</summary>
    public void LosePower()
    {
        Disk.LosePower(Chance);
        Faults.HasOldRecords |= Disk.Lies;
        Stop(hostToo: true, Chance);
    }

    /// <summary>While it is down its database is lost.</summary>
    public void LoseStore()
    {
        Disk.LoseStore();
        Faults.HasOldRecords = true;
    }

    /// <summary>The process, or with it the host in good order, ends now.</summary>
    /// <param name="hostToo">Nothing answers any more.</param>
    /// <param name="torn">Draws what is left of what was being written; null: all.</param>
    public void Stop(bool hostToo, SplitMix64? torn = null)
    {
        _world.Log.Add(_world.NowMs, Number, EventKind.Stop);
        _world.Log.Say(_world.NowMs, Number, torn is not null ? "loses power" : hostToo ? "goes down" : "is killed");
        Life++;
        _core = null;
        ForgetPlans();
        if (Asleep) Clock.WakeUp(_world.NowMs, countsSleep: true);
        Asleep = false;
        HostUp = !hostToo;
        Transfers.DropAll(torn);
        _world.Net.Vanish(Number, warned: !hostToo);
    }

    /// <summary>
    /// The volume of the donation vanishes, comes up empty or read-only: the daemon does not find its marker there, or
    /// cannot write, and takes it for away.
    /// </summary>
    public void Unmount()
    {
        Disk.Mounted = false;
        Transfers.FailAll();
        TellAway(Disk.Recorded);
        Transfers.TellRoom();
    }

    /// <summary>The volume is back, with all that was on it.</summary>
    public void Mount()
    {
        Disk.Mounted = true;
        TellAway([], Disk.Recorded);
        Transfers.TellRoom();
    }

    private void TellAway(
        IEnumerable<(Hash256 Model, int Slice)> away, IEnumerable<(Hash256 Model, int Slice)>? back = null)
    {
        var gone = away.Where(k => !Disk.Reaches(k)).GroupBy(k => k.Model)
            .ToDictionary(g => g.Key, g => SliceSet.Of(g.Select(k => k.Slice)));
        foreach (var model in gone.Keys.Concat((back ?? []).Select(k => k.Model)).Distinct().Order())
            Handle(new CoreInput.SlicesAway(model, gone.GetValueOrDefault(model) ?? SliceSet.Empty), EventKind.Fault);
    }

    /// <summary>What the daemon says when its owner, or a volume, asks to have something given up.</summary>
    public void Demand(ReleaseReason reason, long bytes, long? deadlineUnixMs = null)
    {
        var held = Disk.Recorded.Where(k => Disk.Intact.Contains(k) && Disk.Intact[k] > 0).GroupBy(k => k.Model)
            .ToImmutableSortedDictionary(g => g.Key, g => SliceSet.Of(g.Select(k => k.Slice)));
        Handle(new CoreInput.ReleaseDemanded(bytes <= 0 || held.IsEmpty ? []
            : [new ReleaseDemand("donation", reason, bytes, deadlineUnixMs, held)]), EventKind.Start);
    }

    public void Describe(bool draining = false)
    {
        var port = _world.Net.Terrain.DialsOnly[Number] ? 0 : 7000;
        var address = _world.Net.AddressOf(Number).Address;
        Handle(new CoreInput.Described(new SelfDescription(
            [(address, port, 7001)], "", "", draining, "sim", Now.UnixMs)
        {
            Asn = Asn,
            Country = Country,
        }), EventKind.Start);
    }

    public void Arrive(SessionId session, Frame frame, int size)
    {
        Hostile?.Arrived(session, frame);
        if (_core is null) return;
        _world.Log.Add(_world.NowMs, Number, EventKind.Frame,
            session.Value << 24 | (long)frame.KindCase << 18 | (uint)size & 0x3FFFF);
        Carry(_core.Handle(new CoreInput.FrameArrived(session, frame), Now));
        PlanTick();
    }

    public void Handle(CoreInput input, EventKind kind)
    {
        Hostile?.Happened(input);
        if (!Up) return;
        _world.Log.Add(_world.NowMs, Number, kind);
        Carry(Core.Handle(input, Now));
        PlanTick();
    }

    /// <summary>
    /// The lid is closed, for so long. What was on its way stays in the kernel's buffers, or is sent again, until the
    /// host wakes up; its clocks go on as <see cref="SimClock"/> says.
    /// </summary>
    public void Sleep(long forMs, bool countsSleep)
    {
        _world.Log.Say(_world.NowMs, Number, $"sleeps for {forMs / 1000} s");
        var life = Life;
        Asleep = true;
        Clock.Sleep(_world.NowMs);
        ForgetPlans();
        _world.In(forMs, () =>
        {
            if (Life != life) return;
            Clock.WakeUp(_world.NowMs, countsSleep);
            Asleep = false;
            _world.Log.Say(_world.NowMs, Number, "wakes up");
            _world.Net.Settle();
            PlanTick();
        });
    }

    private void Tick()
    {
        if (_core is null || Asleep) return;
        if (!_world.TicksAlways && !_core.IsDue(Now))
        {
            PlanTick();
            return;
        }
        var (plan, began) = (_core.Plan, Stopwatch.GetTimestamp());
        var outputs = _core.Handle(Ticking, Now);
        _world.Metrics.Ticked(ReferenceEquals(plan, _core.Plan) ? null : Stopwatch.GetElapsedTime(began));
        Carry(outputs);
        if (_core is null) return;
        Oracle.AfterTick(this);
        PlanTick();
    }

    private void Broadcast()
    {
        if (_core is null || Asleep) return;
        Carry(_core.Handle(Broadcasting, Now));
        PlanTick();
    }

    private void ForgetPlans()
    {
        _wake.Forget();
        _broadcast.Forget();
    }

    /// <summary>
    /// The core is ticked at the first of its moments, one every <see cref="SimWorld.TickMs"/>, at which it wants to
    /// be; or at all of them, which must come to the same.
    /// </summary>
    private void PlanTick()
    {
        if (_core is null || Asleep) return;
        var broadcast = _core.NextBroadcastMs;
        if (broadcast != long.MaxValue)
            _broadcast.PlanAt(_world, Math.Max(_world.NowMs + 1, Clock.TrueMs(broadcast)));
        var wanted = _world.TicksAlways ? 0 : _core.NextWakeMs;
        if (wanted == long.MaxValue) return;
        var earliest = Math.Max(_world.NowMs + 1, Clock.TrueMs(wanted));
        var ticks = Math.Max(0, earliest - _firstTickMs + _world.TickMs - 1) / _world.TickMs;
        _wake.PlanAt(_world, _firstTickMs + ticks * _world.TickMs);
    }

    /// <summary>
    /// The next moment of a kind. One for later that an earlier one has overtaken finds out when its time comes.
    /// </summary>
    /// <param name="rank">Ticks of one moment come in order of their nodes, broadcast's after the node's own.</param>
    /// <param name="ring">What is to be done then.</param>
    private sealed class Wake(int rank, Action ring)
    {
        private readonly Queue<Alarm> _spare = new();
        private long _atMs = long.MaxValue;

        private int Rank => rank;

        public void PlanAt(SimWorld world, long atMs)
        {
            if (atMs >= _atMs) return;
            _atMs = atMs;
            if (!_spare.TryDequeue(out var alarm)) alarm = new Alarm(this);
            world.At(atMs, alarm);
        }

        public void Forget() => _atMs = long.MaxValue;

        private void Ring(Alarm alarm)
        {
            var isPlanned = alarm.AtMs == _atMs;
            _spare.Enqueue(alarm);
            if (!isPlanned) return;
            _atMs = long.MaxValue;
            ring();
        }

        private sealed class Alarm(Wake wake) : Due
        {
            public override int Rank => wake.Rank;

            public override void Run() => wake.Ring(this);
        }
    }

    private void Carry(IReadOnlyList<CoreOutput> outputs)
    {
        for (var i = 0; i < outputs.Count; i++) Carry(outputs[i]);
    }

    private void Carry(CoreOutput output)
    {
        switch (output)
        {
            case CoreOutput.Send send: _world.Net.Send(Number, send.Session, send.Frame); break;
            case CoreOutput.Dial dial: _world.Net.Dial(Number, dial.Address, dial.Peer); break;
            case CoreOutput.Knock knock: _world.Net.Knock(Number, knock); break;
            case CoreOutput.Close close:
                _world.Log.Say(_world.NowMs, Number, $"closes stream {close.Session.Value}: {close.Reason}");
                _world.Metrics.Closed(close.Reason);
                _world.Net.Close(Number, close.Session, close.Reason);
                break;
            case CoreOutput.Persist persist: Keep(persist.Record); break;
            case CoreOutput.Forget forget: Forget(forget.Record); break;
            case CoreOutput.StartFetch start: Transfers.Start(start.Model, start.Slice); break;
            case CoreOutput.StopFetch stop: Transfers.Stop(stop.Model, stop.Slice); break;
            case CoreOutput.AskReceipt ask: _world.Releases.Challenge(this, ask); break;
            case CoreOutput.AskAudit ask: _world.Audits.Challenge(this, ask); break;
            case CoreOutput.AskTimed ask: _world.Audits.Time(this, ask); break;
            case CoreOutput.AskProgress ask: _world.Progress.Challenge(this, ask); break;
            case CoreOutput.AuditsKept kept: Disk.Keep(kept); break;
            case CoreOutput.MoveToTrash release: _world.Releases.GiveUp(this, release); break;
            case CoreOutput.AnchorsChanged anchors: Disk.Keep(anchors.Anchors); break;
            case CoreOutput.PeerReached reached: Disk.Reached(reached.Peer); break;
            case CoreOutput.Content: break;
        }
    }

    private void Keep(Record record)
    {
        Span<byte> id = stackalloc byte[32];
        record.Id.CopyTo(id);
        _world.Log.Add(_world.NowMs, Number, EventKind.Persist, id);
        if (_world.Log.Traced) _world.Log.Say(_world.NowMs, Number, "keeps " + Words.Of(_world, record));
        _world.Oracle.Accepted(this, record);
        _world.Metrics.Accepted(this, record);
        Disk.Keep(record);
        if (record.Kind == WeightSwarm.Core.Records.RecordKind.Node && _world.IsOpen)
            Disk.Meet(record.Author, Now.UnixMs);
    }

    private void Forget(Record record)
    {
        Span<byte> id = stackalloc byte[32];
        record.Id.CopyTo(id);
        _world.Log.Add(_world.NowMs, Number, EventKind.Forget, id);
        if (_world.Log.Traced) _world.Log.Say(_world.NowMs, Number, "forgets " + Words.Of(_world, record));
        Disk.Forget(record);
    }
}
