using System.Net;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Gossip;

/// <summary>
/// What is let in. Every frame is measured and paid for before anything is done with it; what no honest node does is
/// scored, and a bad score costs the links, then the ear, then the streams.
/// </summary>
internal sealed partial class GossipState
{
    private const int MostStreamsOfPeer = 4;

    /// <summary>Beyond so many streams each that others open takes the place of one; those of monitors come in
    /// anyway.</summary>
    public const int MostStreams = 80;

    private readonly PeerBook _book = new();
    private readonly BanList _bans = new();
    private readonly AuthorBudget _authors = new();
    private AdmissionLimits _limits = AdmissionLimits.Of(Pace.Real);
    private Pace _limitsOf = Pace.Real;

    /// <summary>Whether a node record of that author is known.</summary>
    public required Func<NodeId, bool> IsMember { get; init; }

    /// <summary>Whether a node counts, is passed on and is dialled; of one network only so many are.</summary>
    public required Func<NodeId, bool> IsAdmitted { get; init; }

    /// <summary>Offences of all peers since the start.</summary>
    public IReadOnlyDictionary<Offence, long> Offences => _book.Offences;

    /// <summary>The bans in force.</summary>
    public IEnumerable<Ban> Bans(Instant now) => _bans.InForce(now.MonotonicMs);

    /// <summary>Points of a peer.</summary>
    public int ScoreOf(NodeId peer, Instant now) => _book.PointsOf(peer, now.MonotonicMs);

    /// <summary>Takes over the bans and scores of an earlier run.</summary>
    public void Remember(IReadOnlyList<Ban> bans, IReadOnlyList<(NodeId Peer, int Points)> scores, Instant now)
    {
        foreach (var ban in bans)
        {
            _bans.Put(ban, now.MonotonicMs);
            if (ban.UntilMs > now.MonotonicMs) _outbox.Add(new CoreOutput.Ban(ban));
        }
        foreach (var (peer, points) in scores) _book.Recall(peer, points, now.MonotonicMs);
    }

    /// <summary>Peers with a score below zero, and it.</summary>
    public IEnumerable<(NodeId Peer, int Points)> BadScores(Instant now) => _book.Bad(now.MonotonicMs);

    /// <summary>The driver saw an offence on a stream, open or just closed.</summary>
    public void Offended(CoreInput.Offended input, Instant now)
    {
        if (_sessions.TryGetValue(input.Session, out var session)) Blame(session, input.Offence, input.What, now);
        else Blame(input.Peer, input.Remote, input.Offence, input.What, now);
    }

    /// <summary>Why a stream is not to be opened, or null.</summary>
    private string? Refusal(NodeId peer, IPAddress remote, Instant now)
    {
        if (_bans.Of(peer, now.MonotonicMs) is { } ban)
            return $"banned for {(ban.UntilMs - now.MonotonicMs) / 1000 + 1} s more: {ban.Reason}";
        if (_bans.Refuses(remote, now.MonotonicMs)) return "banned: others at this address misbehaved";
        return _sessions.Values.Count(s => s.Peer == peer) >= MostStreamsOfPeer
            ? $"more than {MostStreamsOfPeer} streams of one node" : null;
    }

    /// <summary>Whether another stream may come in; perhaps another one goes for it.</summary>
    private bool HasRoomFor(NodeId peer)
    {
        if (_sessions.Count < MostStreams || IsTied(peer)) return true;
        var guests = All.Where(s => !s.Outbound && !s.Active && !IsTied(s.Peer)).Select(s => new Guest(
            s.Id, AddressGroup.WideOf(s.Remote.Address), s.OpenedMs, s.RttMs, s.BroughtMs)).ToList();
        if (Eviction.Choose(guests, _evictionSecret) is not { } one) return false;
        Drop(_sessions[one], "room is needed for another stream");
        return true;
    }

    private AdmissionLimits Limits()
    {
        if (!ReferenceEquals(_limitsOf, Pace)) (_limitsOf, _limits) = (Pace, AdmissionLimits.Of(Pace));
        return _limits;
    }

    private bool Admit(Session session, V1.Frame frame, Instant now)
    {
        var (bytes, most) = (frame.CalculateSize(), SessionBudget.MostBytes(frame.KindCase));
        if (bytes > most)
        {
            var what = $"a frame {frame.KindCase} of {bytes} bytes is over the limit of {most}";
            Blame(session, Offence.Oversized, what, now);
            return false;
        }
        if (!session.Budget.TryPay(frame, bytes, session.Active, Limits(), now.MonotonicMs))
        {
            Blame(session, Offence.OverBudget, $"more {frame.KindCase} than its budget", now);
            return false;
        }
        return frame.KindCase is not (V1.Frame.KindOneofCase.Push or V1.Frame.KindOneofCase.IHave) ||
            _book.StandingOf(session.Peer, now.MonotonicMs) < Standing.Ignored;
    }

    /// <summary>Refuses a list that is too long, before it is looked at.</summary>
    private bool IsTooLong(Session session, int length, int most, string what, Instant now)
    {
        if (length <= most) return false;
        Blame(session, Offence.Oversized, $"a {what} of {length} is over the limit of {most}", now);
        return true;
    }

    /// <summary>Whether a record may be looked at, by what its author has said lately.</summary>
    private bool AllowsAuthor(Session session, Record record, Instant now)
    {
        if (_authors.Allows(record, IsMember(record.Author), Limits(), now.MonotonicMs)) return true;
        // Whoever passes a record on has another count than this node, and is not to blame.
        if (record.Author == session.Peer)
            Blame(session, Offence.OverBudget, $"more {record.Kind} records than an author may make", now);
        return false;
    }

    private void Blame(Session session, Offence offence, string what, Instant now)
    {
        if (Blame(session.Peer, session.Remote.Address, offence, what, now)) return;
        if (PeerScore.IsInvalid(offence)) Drop(session, what);
        else if (session.Active && _book.StandingOf(session.Peer, now.MonotonicMs) >= Standing.Unlinked)
            Unlink(session);
    }

    /// <summary>Scores an offence; true when it was one too many.</summary>
    private bool Blame(NodeId peer, IPAddress remote, Offence offence, string what, Instant now)
    {
        if (_bans.Of(peer, now.MonotonicMs) is not null) return true;
        if (_book.Blame(peer, offence, now.MonotonicMs) < Standing.Banned) return false;
        var ban = _bans.Add(peer, remote, $"{what} ({offence})", now.MonotonicMs);
        _book.Settle(peer, now.MonotonicMs);
        _outbox.Add(new CoreOutput.Ban(ban));
        foreach (var session in _sessions.Values.Where(s => s.Peer == peer).ToList())
            Drop(session, $"banned for {(ban.UntilMs - now.MonotonicMs) / 1000} s: {ban.Reason}");
        return true;
    }

    /// <summary>An author signed two bodies for one number. Whoever brought them did right.</summary>
    private void BlameAuthor(Record record, Instant now)
    {
        // That it has a clone is no reason to ban itself.
        if (record.Author == _self) return;
        var what = $"two {record.Kind} records with the number {record.Seq}";
        if (SessionWith(record.Author) is { } session) Blame(session, Offence.Equivocation, what, now);
        else Blame(record.Author, IPAddress.None, Offence.Equivocation, what, now);
    }

    private bool IsRefused(Address address, Instant now) =>
        address.Peer is { } peer && _bans.Of(peer, now.MonotonicMs) is not null ||
        _bans.Refuses(address.EndPoint.Address, now.MonotonicMs);
}
