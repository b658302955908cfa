using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Gossip;

/// <summary>
/// The overlay: six neighbours drawn from the full membership, and a stream to each of this node's own monitors. A link
/// is a neighbour's only when both sides asked for it; up to twelve are granted, and up to twelve more to
/// nodes that have none.
/// </summary>
internal sealed partial class GossipState
{
    private const int WantedNeighbours = 6, MostNeighbours = 12, MostUrgent = 24, MostDials = 4;

    /// <summary>This node's monitors, if it is known to have a stream to each.</summary>
    private IReadOnlyList<Identity.NodeId>? _linkedMonitors;

    private readonly LinkCount _links = new();

    private int ActiveCount => _links.Of(All).Active;

    private int WeAskedCount => _links.Of(All).Asked;

    private int Count(Predicate<Session> which)
    {
        var count = 0;
        foreach (var session in All)
            if (which(session))
                count++;
        return count;
    }

    /// <summary>Whether a monitor of this node is still to be dialled.</summary>
    private bool LacksMonitors()
    {
        var monitors = OwnMonitors();
        if (ReferenceEquals(monitors, _linkedMonitors)) return false;
        if (monitors.Any(m => SessionWith(m) is null)) return true;
        _linkedMonitors = monitors;
        return false;
    }

    /// <summary>
    /// Gives one link, drawn at random, up for another. Without it two halves that were apart for long keep their links
    /// to themselves, and news crosses only by anti-entropy (HyParView does not notice such a split either).
    /// </summary>
    private void Rotate(Instant now)
    {
        var others = All.Where(s => s.Greeted && !s.WeAskedActive && !s.TheyAskedActive).ToList();
        var links = All.Where(s => s.Active).ToList();
        if (others.Count == 0) return;
        if (links.Count >= WantedNeighbours)
        {
            // Not one of the few that this node chose to rely on.
            var spare = links.Where(s => !(s.Outbound && IsRelied(s.Peer)) || OwnChoices() > WantedOwnChoices).ToList();
            if (spare.Count == 0) return;
            Unlink(spare[(int)_random.Below(spare.Count)]);
        }
        AskActive(others[(int)_random.Below(others.Count)], now);
    }

    private void Unlink(Session link)
    {
        link.WeAskedActive = link.TheyAskedActive = false;
        _outbox.Send(link.Id, new V1.Frame { Neighbour = new V1.Neighbour() });
        if (link.Eager) Reroute();
    }

    private bool MayLink(Session session, Instant now) =>
        _book.StandingOf(session.Peer, now.MonotonicMs) < Admission.Standing.Unlinked;

    private void AskActive(Session session, Instant now)
    {
        if (!session.WeAskedActive && WantsLinkTo(session)) Ask(session, now);
    }

    private bool Ask(Session session, Instant now)
    {
        if (!IsDue(session.AskedMs, Pace.ReconcileMs, now) || !MayLink(session, now)) return false;
        (session.WeAskedActive, session.AskedMs, session.ForBucket) = (true, now.MonotonicMs, false);
        _outbox.Send(session.Id, new V1.Frame
        {
            Neighbour = new V1.Neighbour { Active = true, Urgent = ActiveCount == 0 },
        });
        return true;
    }

    private void OnNeighbour(Session session, V1.Neighbour ask, Instant now)
    {
        var before = session.Active;
        session.TheyAskedActive = ask.Active;
        if (!ask.Active)
        {
            session.WeAskedActive = false;
        }
        else if (!session.WeAskedActive)
        {
            // A refusal is said, or the asker would count on this link and look for no other.
            session.WeAskedActive = session.TheyAskedActive =
                HasRoomFor(session, MostGranted(ask.Urgent)) && MayLink(session, now);
            session.ForBucket = session.WeAskedActive && ServesBucket(session.Peer);
            var answer = new V1.Neighbour { Active = session.WeAskedActive };
            _outbox.Send(session.Id, new V1.Frame { Neighbour = answer });
        }
        if (before && !session.Active && session.Eager) Reroute();
        if (!before && session.Active) session.Eager = true;
        if (!before && session.Active) ReconcileSoon(session, now);
    }

    private void TendOverlay(Instant now)
    {
        if (ActiveCount < WantedNeighbours || LacksOwnChoice)
            foreach (var session in All)
                if (session.Greeted)
                    AskActive(session, now);
        var room = MostDials - _dialling;
        if (room > 0 && LacksMonitors())
            foreach (var peer in OwnMonitors())
                if (room > 0 && SessionWith(peer) is null && Dial(AddressesOf(peer), now))
                    room--;
        if (room > 0 && WantsNeighbours) DialNeighbours(room, now);
        TendAnchors();
        CloseIdle(now);
    }

    private bool WantsLinkTo(Session session) => WeAskedCount < WantedNeighbours ||
        session.Outbound && IsRelied(session.Peer) && LacksOwnChoice;

    private bool WantsNeighbours => WeAskedCount < WantedNeighbours || LacksOwnChoice;

    private void DialNeighbours(int room, Instant now)
    {
        for (; room > 0 && Choose(now) is { } address; room--) Dial([address], now);
    }

    /// <summary>Dials the first of these addresses that may be dialled; false for none.</summary>
    private bool Dial(List<Address> addresses, Instant now)
    {
        if (addresses.Exists(a => a.Dialling)) return false;
        var address = addresses.Find(a => MayDial(a, now));
        if (address is null) return false;
        SetDialling(address, true);
        _outbox.Add(new CoreOutput.Dial(address.EndPoint, address.Peer));
        return true;
    }

    private bool MayDial(Address address, Instant now) =>
        address.NotBeforeMs <= now.MonotonicMs && !IsConnected(address) && !IsRefused(address, now);

    private bool IsConnected(Address address) => address.Peer is { } peer && _streamsTo.ContainsKey(peer);

    /// <summary>When a stream that this node opened has served nothing for too long. One to a monitor serves as it
    /// is.</summary>
    private long IdleDueMs(Session session, Pace pace, Instant now)
    {
        if (!session.Outbound || session.WeAskedActive) return long.MaxValue;
        if (session.UsedMs + pace.ReconcileFarMs < now.MonotonicMs && IsTied(session.Peer))
            session.UsedMs = now.MonotonicMs;
        return session.UsedMs + pace.ReconcileFarMs + 1;
    }

    /// <summary>Visits of anti-entropy end: a stream that serves nothing any more is closed.</summary>
    private void CloseIdle(Instant now)
    {
        var pace = Pace;
        List<Session>? idle = null;
        foreach (var session in All)
            if (session.Greeted && IdleDueMs(session, pace, now) <= now.MonotonicMs)
                (idle ??= []).Add(session);
        foreach (var session in idle ?? []) Drop(session, "idle");
    }
}
