using System.Buffers.Binary;
using System.Net;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;
using WeightSwarm.Core.Tables;

namespace WeightSwarm.Core.Gossip;

/// <summary>
/// The gossip of one node: who it is linked to (overlay), how news travels (broadcast: Plumtree), and how what
/// broadcast missed is made good (anti-entropy: range-based set reconciliation). No I/O: inputs in, outputs in the
/// outbox, the time as an argument, randomness from the seed. One message kind, one method; each topic has its own
/// partial file.
/// </summary>
internal sealed partial class GossipState
{
    /// <summary>The protocol version of this implementation.</summary>
    public const uint Protocol = 1;

    /// <summary>No dial takes longer: it gives up at 10 s, and the hellos have as long again.</summary>
    private const long DialMostMs = 20_000;

    private readonly NodeId _self;
    private readonly RecordSet _records;
    private readonly Outbox _outbox;
    private readonly SplitMix64 _random;
    private readonly ReadOnlyMemory<byte> _secret;
    private readonly ulong _evictionSecret;
    private readonly SortedDictionary<SessionId, Session> _sessions = [];
    private readonly FlatMap<SessionId, Session> _bySession = new(salt: 0);
    private readonly FlatMap<NodeId, Session> _byPeer = new(salt: 0);
    private Session[]? _all;
    private readonly SortedDictionary<NodeId, int> _streamsTo = [];

    public GossipState(
        NodeId self, RecordSet records, Outbox outbox, SplitMix64 random, ReadOnlyMemory<byte> secret)
    {
        _self = self;
        _records = records;
        _outbox = outbox;
        _random = random;
        _secret = secret;
        _neighbourhood = new Admission.AddressBook<Address>(secret);
        _evictionSecret = SplitMix64.Mix(BinaryPrimitives.ReadUInt64BigEndian(secret.Span) ^ 0x65766963745F7631);
    }

    /// <summary>Where this node listens for gossip; 0: nowhere.</summary>
    public int GossipPort { get; set; }
    /// <summary>Version text for the hello.</summary>
    public string Version { get; set; } = "";
    /// <summary>Called for every record that the set newly accepted.</summary>
    public required Action<Record, Instant> Accepted { get; init; }
    /// <summary>Called when a greeted peer proved to be alive.</summary>
    public required Action<Liveness.Pulse, long> Heard { get; init; }
    /// <summary>The pulse of a node.</summary>
    public required Func<NodeId, Liveness.Pulse> PulseOf { get; init; }
    /// <summary>Called with this node's address as a peer sees it.</summary>
    public required Action<IPAddress> Observed { get; init; }

    /// <summary>Called with a peer's clock, Unix milliseconds.</summary>
    public required Action<NodeId, long, Instant> PeerClock { get; init; }
    /// <summary>Called when no stream to a peer is left.</summary>
    public required Action<NodeId> Parted { get; init; }

    /// <summary>This node's own monitors, to which it keeps a stream.</summary>
    public required Func<IReadOnlyList<NodeId>> OwnMonitors { get; init; }
    /// <summary>Whether a peer monitors this node or is monitored by it.</summary>
    public required Func<NodeId, bool> IsTied { get; init; }

    /// <summary>Every stream in order of its id; made anew only when one comes or goes.</summary>
    private Session[] All => _all ??= [.. _sessions.Values];

    private Pace Pace => _records.Pace;

    public IEnumerable<PeerSession> Peers =>
        All.Where(s => s.Greeted).Select(s => new PeerSession(s.Peer, s.Remote, s.Active, s.RttMs));

    public int SessionCount => _sessions.Count;

    /// <summary>The greeted session with a peer, or null.</summary>
    public Session? SessionWith(NodeId peer) => _byPeer.Find(peer);

    public void Opened(CoreInput.SessionOpened input, Instant now)
    {
        if (input.Outbound) Reached(input.Remote, input.Peer);
        if (input.Peer == _self)
        {
            if (input.Outbound) IsMine(input.Remote);
            _outbox.Close(input.Session, "this is my own address");
            return;
        }
        if (Refusal(input.Peer, input.Remote.Address, now) is { } reason)
        {
            _outbox.Close(input.Session, reason);
            return;
        }
        if (!input.Outbound && !HasRoomFor(input.Peer))
        {
            _outbox.Close(input.Session, "no room for another stream");
            return;
        }
        var session = new Session(input.Session, input.Peer, input.Outbound, input.Remote, _links, now);
        _sessions.Add(session.Id, session);
        _bySession.At(session.Id) = session;
        _all = null;
        _streamsTo[session.Peer] = _streamsTo.GetValueOrDefault(session.Peer) + 1;
        _outbox.Send(session.Id, new V1.Frame
        {
            Hello = new V1.Hello
            {
                NetworkId = Google.Protobuf.ByteString.CopyFrom(_records.Network.Hash.ToArray()),
                Protocol = Protocol,
                GossipPort = (uint)GossipPort,
                ObservedIp = Google.Protobuf.ByteString.CopyFrom(input.Remote.Address.GetAddressBytes()),
                Version = Version,
            },
        });
    }

    /// <summary>The rules changed: what was refused under the old ones, or before any were known, is asked for
    /// again.</summary>
    public void CharterChanged(Instant now)
    {
        foreach (var session in All.Where(s => s.Active)) StartReconciliation(session, now);
    }

    public void Closed(SessionId id)
    {
        if (!_sessions.Remove(id, out var session)) return;
        _bySession.Remove(id);
        (_all, _linkedMonitors) = (null, null);
        _links.Forget();
        if (--_streamsTo[session.Peer] == 0) _streamsTo.Remove(session.Peer);
        if (SessionWith(session.Peer) == session)
        {
            _byPeer.Remove(session.Peer);
            Parted(session.Peer);
        }
        if (session.Outbound) Ended(session);
        if (session.Active && session.Eager) Reroute();
    }

    public void Arrived(SessionId id, V1.Frame frame, Instant now)
    {
        if (_bySession.Find(id) is not { } session) return;
        if (!session.Greeted && frame.KindCase is not (V1.Frame.KindOneofCase.Hello or V1.Frame.KindOneofCase.Close))
        {
            Blame(session, Offence.OutOfTurn, "the first frame must be a hello", now);
            return;
        }
        if (!Admit(session, frame, now)) return;
        session.LastHeardMs = now.MonotonicMs;
        if (session.Pulse is { } pulse) Heard(pulse, now.MonotonicMs);
        Dispatch(session, frame, now);
        if (_announceDueMs <= now.MonotonicMs) SendAnnouncements(now);
    }

    public void Tick(Instant now)
    {
        var soon = IsRoundDue(now) ? now.Plus(Pace.ProbeMs / 2) : now;
        Probe(now, soon);
        TendOverlay(now);
        TendBroadcast(now);
        TendReconciliation(now, soon);
        ForgetScopes(now);
    }

    /// <summary>
    /// When one probe or reconciliation is due, those that will be soon go with it: after some rounds a node wakes
    /// about once in each period of probes, and not once for each of its streams.
    /// </summary>
    private bool IsRoundDue(Instant now)
    {
        var pace = Pace;
        foreach (var session in All)
            if (session.Greeted && ProbeDueMs(session, pace) <= now.MonotonicMs ||
                (session.Active || session.AgainSoon) && IsDue(session.LastReconcileMs, pace.ReconcileMs, now))
                return true;
        return false;
    }

    private void Dispatch(Session session, V1.Frame frame, Instant now)
    {
        switch (frame.KindCase)
        {
            case V1.Frame.KindOneofCase.Hello: OnHello(session, frame.Hello, now); break;
            case V1.Frame.KindOneofCase.Neighbour: OnNeighbour(session, frame.Neighbour, now); break;
            case V1.Frame.KindOneofCase.Push: OnPush(session, frame.Push, now); break;
            case V1.Frame.KindOneofCase.IHave: OnIHave(session, frame.IHave, now); break;
            case V1.Frame.KindOneofCase.Graft: OnGraft(session, frame.Graft, now); break;
            case V1.Frame.KindOneofCase.Prune: OnPrune(session); break;
            case V1.Frame.KindOneofCase.Ping: OnPing(session, frame.Ping, now); break;
            case V1.Frame.KindOneofCase.Pong: OnPong(session, frame.Pong, now); break;
            case V1.Frame.KindOneofCase.Reconcile: OnReconcile(session, frame.Reconcile, now); break;
            case V1.Frame.KindOneofCase.Want: OnWant(session, frame.Want, now); break;
            case V1.Frame.KindOneofCase.ContentGet:
            case V1.Frame.KindOneofCase.ContentPart:
            case V1.Frame.KindOneofCase.Challenge:
            case V1.Frame.KindOneofCase.Call:
            case V1.Frame.KindOneofCase.Answer:
                session.UsedMs = now.MonotonicMs;
                _outbox.Add(new CoreOutput.Content(session.Id, frame));
                break;
            case V1.Frame.KindOneofCase.Reached: OnReached(session, frame.Reached); break;
            case V1.Frame.KindOneofCase.Close: Drop(session, "the peer closed"); break;
            // A kind of a later version is none of ours.
            case V1.Frame.KindOneofCase.None: break;
        }
    }

    private void OnHello(Session session, V1.Hello hello, Instant now)
    {
        if (!hello.NetworkId.Span.SequenceEqual(_records.Network.Hash.ToArray()))
        {
            ForgetAddress(session.Remote);
            Drop(session, "another network");
            return;
        }
        if (session.Greeted)
        {
            Blame(session, Offence.OutOfTurn, "a second hello", now);
            return;
        }
        if (hello.Protocol < 1)
        {
            Drop(session, $"protocol {hello.Protocol} is not spoken here");
            return;
        }
        if (!Settle(session)) return;
        session.Greeted = true;
        if (session.Outbound) Greeted(session, now);
        _byPeer.At(session.Peer) = session;
        session.Pulse = PulseOf(session.Peer);
        Heard(session.Pulse, now.MonotonicMs);
        if (hello.ObservedIp.Length is 4 or 16) Observed(new IPAddress(hello.ObservedIp.Span));
        TryReach(session, hello);
        AskActive(session, now);
        AskForBuckets(session, now);
        // One side begins; the other is answered in the same exchange.
        if (session.Outbound) CompareInTurn(session, now);
    }

    /// <summary>
    /// Two nodes may dial each other at once. Both keep the stream that the smaller id opened. Of two in one direction,
    /// or of which one is older than a dial takes, the later one lives: its peer has restarted, or another node runs
    /// with its key and is to be noticed.
    /// </summary>
    private bool Settle(Session session)
    {
        if (SessionWith(session.Peer) is not { } other) return true;
        var atOnce = session.Outbound != other.Outbound && session.OpenedMs - other.OpenedMs < DialMostMs;
        var keepOutbound = _self.CompareTo(session.Peer) < 0;
        var loser = !atOnce || session.Outbound == keepOutbound ? other : session;
        Drop(loser, "a second stream between the same two nodes");
        return loser != session;
    }

    private void Drop(Session session, string reason)
    {
        Closed(session.Id);
        _outbox.Close(session.Id, reason);
    }
}
