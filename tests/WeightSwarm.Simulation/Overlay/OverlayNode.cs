using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Liveness;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;
using Frame = WeightSwarm.V1.Frame;

namespace WeightSwarm.Simulation.Overlay;

/// <summary>
/// One node of an overlay run: the real gossip and the real set of records, driven as <see cref="SwarmCore"/> and its
/// driver do, without liveness, plans and disks.
/// </summary>
internal sealed class OverlayNode(OverlayWorld world, int number)
{
    private static readonly Pulse NoPulse = new(default);

    private readonly Outbox _outbox = new();
    private GossipState? _gossip;
    private Moment? _tick, _broadcast;
    private long _wakeMs, _firstTickMs;

    public int Number => number;
    public WideKey Key { get; } = new(world.Seed, number);
    public bool Up => _gossip is not null && !Dead;
    public bool Dead { get; private set; }
    public RecordSet Records { get; } = new(world.Network, world.Founder, world.Known);
    /// <summary>The nodes to which it keeps a stream, to be watched by them.</summary>
    public IReadOnlyList<NodeId> Monitors { get; set; } = [];
    /// <summary>Those, and whom it watches itself.</summary>
    public HashSet<NodeId> Ties { get; } = [];
    /// <summary>What its peers did that they must not, in its eyes.</summary>
    public long Offences => _gossip?.Offences.Values.Sum() ?? 0;
    public IEnumerable<PeerSession> Peers => _gossip?.Peers ?? [];

    /// <summary>Starts with what it has, and the addresses of some members.</summary>
    public void Start(IEnumerable<Record> members, IEnumerable<IPEndPoint> invited)
    {
        var random = new SplitMix64(SplitMix64.Mix(world.Seed ^ (ulong)number << 20));
        var secret = new byte[32];
        random.Fill(secret);
        _firstTickMs = world.NowMs + random.Below(world.Pace.TickMs);
        (_tick, _broadcast) = (new Moment(2 * number, Tick), new Moment(2 * number + 1, Broadcast));
        _gossip = new GossipState(Key.Id, Records, _outbox, random, secret)
        {
            GossipPort = 7000,
            Accepted = Accepted,
            Heard = static (_, _) => { },
            PulseOf = static _ => NoPulse,
            Observed = static _ => { },
            PeerClock = static (_, _, _) => { },
            Parted = static _ => { },
            OwnMonitors = () => Monitors,
            IsTied = Ties.Contains,
            IsAdmitted = static _ => true,
            IsYoung = static _ => false,
            IsMember = static _ => true,
        };
        foreach (var member in members) _gossip.Learn(member, world.Now);
        foreach (var address in invited) _gossip.Invited(address, world.Now);
        After(wakes: true);
    }

    public void Crash()
    {
        Dead = true;
        _tick?.Forget();
        _broadcast?.Forget();
    }

    /// <summary>Publishes a record of its own.</summary>
    public void Publish(Record record)
    {
        Records.Offer(record, world.Now);
        _gossip!.Spread(record, from: null, world.Now);
        After(wakes: false);
    }

    public void Opened(SessionId session, OverlayNode peer, bool outbound, IPEndPoint remote)
    {
        _gossip!.Opened(new CoreInput.SessionOpened(session, peer.Key.Id, outbound, remote), world.Now);
        After(wakes: true);
    }

    public void Closed(SessionId session)
    {
        if (!Up) return;
        _gossip!.Closed(session);
        After(wakes: true);
    }

    public void DialFailed(IPEndPoint address)
    {
        _gossip!.DialFailed(address, world.Now);
        After(wakes: true);
    }

    public void Arrive(SessionId session, Frame frame)
    {
        var streams = _gossip!.SessionCount;
        _gossip.Arrived(session, frame, world.Now);
        After(wakes: _gossip.SessionCount != streams || frame.KindCase
            is Frame.KindOneofCase.Hello or Frame.KindOneofCase.Neighbour or Frame.KindOneofCase.Close
            or Frame.KindOneofCase.Push);
    }

    private void Accepted(Record record, Instant now)
    {
        if (record.Kind == RecordKind.Node) _gossip!.Learn(record, now);
        world.Accepted(this, record);
    }

    private void Tick()
    {
        if (!Up) return;
        Records.Expire(world.Now);
        _gossip!.Tick(world.Now);
        _wakeMs = Math.Max(_gossip.NextDueMs(world.Now), world.Now.MonotonicMs + 1);
        After(wakes: false);
    }

    private void Broadcast()
    {
        if (!Up) return;
        _gossip!.TendBroadcast(world.Now);
        After(wakes: false);
    }

    private void After(bool wakes)
    {
        if (wakes) _wakeMs = world.Now.MonotonicMs;
        foreach (var output in _outbox.Drain()) Carry(output);
        if (_gossip!.NextBroadcastMs is var broadcastMs && broadcastMs != long.MaxValue)
            _broadcast!.PlanAt(world, OverlayWorld.TrueMs(broadcastMs));
        if (_wakeMs == long.MaxValue) return;
        var earliest = Math.Max(world.NowMs + 1, OverlayWorld.TrueMs(_wakeMs));
        var ticks = Math.Max(0, earliest - _firstTickMs + world.Pace.TickMs - 1) / world.Pace.TickMs;
        _tick!.PlanAt(world, _firstTickMs + ticks * world.Pace.TickMs);
    }

    private void Carry(CoreOutput output)
    {
        switch (output)
        {
            case CoreOutput.Send send: world.Net.Send(number, send.Session, send.Frame); break;
            case CoreOutput.Dial dial: world.Net.Dial(number, dial.Address); break;
            case CoreOutput.Close close: world.Net.Close(number, close.Session); break;
            case CoreOutput.Knock knock:
                world.In(300, () =>
                {
                    if (!Up) return;
                    _gossip!.Knocked(new CoreInput.Knocked(knock.Session, Answered: true));
                    After(wakes: false);
                });
                break;
            case CoreOutput.Ban ban:
                throw new ScenarioFailedException($"node {number} bans an honest peer: {ban.Details.Reason}");
        }
    }

    /// <summary>The next moment of a kind; one that an earlier one has overtaken does nothing.</summary>
    private sealed class Moment(int rank, Action ring)
    {
        private long _atMs = long.MaxValue;

        public void PlanAt(OverlayWorld world, long atMs)
        {
            atMs = Math.Max(atMs, world.NowMs + 1);
            if (atMs >= _atMs) return;
            _atMs = atMs;
            world.At(atMs, new Alarm(this, rank, atMs));
        }

        public void Forget() => _atMs = long.MaxValue;

        private sealed class Alarm(Moment moment, int rank, long atMs) : Due
        {
            public override int Rank => rank;

            public override void Run()
            {
                if (moment._atMs != atMs) return;
                moment._atMs = long.MaxValue;
                moment.Ring();
            }
        }

        private void Ring() => ring();
    }
}
