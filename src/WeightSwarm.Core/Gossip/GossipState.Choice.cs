using System.Net;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Gossip;

/// <summary>
/// Whom this node makes its neighbours. Links that others opened may all be one owner's, so two at least are to nodes
/// that this node chose itself among those it relies on: its anchors, then others that answered in an earlier run, then
/// any that is not on probation. No two neighbours are in one wide network where there is a choice, and the two that
/// lasted longest are the anchors of the next run (gossip-planner sections 1.3 and 7, row Eclipse).
/// </summary>
internal sealed partial class GossipState
{
    private const int WantedOwnChoices = 2, MostOfNetwork = 3;

    private readonly AddressBook<Address> _neighbourhood;
    private List<Anchor> _anchors = [];

    /// <summary>Whether a node has not been known for long enough to rely on it.</summary>
    public required Func<NodeId, bool> IsYoung { get; init; }

    /// <summary>Takes over what an earlier run knew: its two oldest neighbours, and whom else it reached.</summary>
    public void Remember(IReadOnlyList<Anchor> anchors, IReadOnlyList<Anchor> reached, Instant now)
    {
        foreach (var (known, trust) in anchors.Select(a => (a, Trust.Anchor))
            .Concat(reached.Select(r => (r, Trust.Reached))))
        {
            Remember(known.EndPoint, known.Node, invited: true, now);
            if (!_addresses.TryGetValue(known.EndPoint.ToString(), out var address)) continue;
            if (trust > address.Trust) address.Trust = trust;
        }
    }

    private bool LacksOwnChoice
    {
        get
        {
            var lacking = WantedOwnChoices;
            foreach (var session in All)
                if (session.Outbound && session.WeAskedActive && IsRelied(session.Peer) && --lacking == 0)
                    return false;
            return true;
        }
    }

    private int OwnChoices() => Count(s => s.Outbound && s.WeAskedActive && IsRelied(s.Peer));

    private bool IsRelied(NodeId peer) => !IsYoung(peer);

    /// <summary>
    /// Whether a link may be granted. Half of them are kept from nodes on probation, and of one wide network only a few
    /// get one: whoever makes many nodes must not take all places before those who have nobody else to ask.
    /// </summary>
    private bool HasRoomFor(Session session, int most)
    {
        if (ActiveCount >= most) return false;
        if (IsYoung(session.Peer) && Count(s => s.Active && IsYoung(s.Peer)) >= most / 2) return false;
        return AddressGroup.WideOf(session.Remote.Address) is not { } wide ||
            Count(s => s.Active && AddressGroup.WideOf(s.Remote.Address) == wide) < MostOfNetwork;
    }

    /// <summary>The next address to dial for a neighbour, or null.</summary>
    private Address? Choose(Instant now)
    {
        // A draw that can find nothing must not use up the randomness of one that can: a tick too many changes nothing.
        if (!Array.Exists(EveryAddress, a => IsFree(a, now))) return null;
        var networks = LinkedNetworks();
        if (LacksOwnChoice && Trusted(networks, now) is { } trusted) return trusted;
        if (WeAskedCount >= WantedNeighbours) return null;
        return _neighbourhood.Draw(_random, a => IsFree(a, now) && !IsNear(a, networks))
            ?? _neighbourhood.Draw(_random, a => IsFree(a, now));
    }

    private Address? Trusted(SortedSet<AddressGroup> networks, Instant now)
    {
        List<Address> best = [];
        var most = (Trust.None, false);
        foreach (var address in EveryAddress)
        {
            var trust = TrustIn(address);
            if (trust == Trust.None || !IsFree(address, now)) continue;
            var worth = (trust, !IsNear(address, networks));
            if (worth.CompareTo(most) > 0) (most, best) = (worth, []);
            if (worth == most) best.Add(address);
        }
        return best.Count == 0 ? null : best[(int)_random.Below(best.Count)];
    }

    /// <summary>Who is on probation is not relied on, whatever he was to an earlier run.</summary>
    private Trust TrustIn(Address address) =>
        address.Trust == Trust.Anchor ? Trust.Anchor
        : address.Peer is not { } peer || IsYoung(peer) ? Trust.None
        : address.Trust > Trust.Known ? address.Trust : Trust.Known;

    private bool IsFree(Address address, Instant now) => !address.Dialling && MayDial(address, now);

    private static bool IsNear(Address address, SortedSet<AddressGroup> networks) =>
        AddressGroup.WideOf(address.EndPoint.Address) is { } wide && networks.Contains(wide);

    private SortedSet<AddressGroup> LinkedNetworks()
    {
        SortedSet<AddressGroup> networks = [];
        foreach (var session in All)
            if (session.WeAskedActive && AddressGroup.WideOf(session.Remote.Address) is { } wide)
                networks.Add(wide);
        return networks;
    }

    /// <summary>The two neighbours of its own choice that have lasted longest; told when they are others than
    /// before.</summary>
    private void TendAnchors()
    {
        Session? eldest = null, second = null;
        foreach (var session in All)
            if (session.Outbound && session.Active && IsRelied(session.Peer))
            {
                if (eldest is null || session.OpenedMs < eldest.OpenedMs) (eldest, second) = (session, eldest);
                else if (second is null || session.OpenedMs < second.OpenedMs) second = session;
            }
        var found = second is not null ? 2 : eldest is not null ? 1 : 0;
        // Those of before are better than fewer.
        if (found < _anchors.Count) return;
        if (found == _anchors.Count && IsAnchor(0, eldest) && IsAnchor(1, second)) return;
        _anchors = [.. new[] { eldest, second }.OfType<Session>().Select(s => new Anchor(s.Peer, s.Remote))];
        _outbox.Add(new CoreOutput.AnchorsChanged(_anchors));
    }

    private bool IsAnchor(int place, Session? session) => session is null ||
        _anchors[place].Node == session.Peer && _anchors[place].EndPoint.Equals(session.Remote);
}

/// <summary>A node and where it was reached.</summary>
/// <param name="Node">Who.</param>
/// <param name="EndPoint">Where its gossip port was.</param>
public sealed record Anchor(NodeId Node, IPEndPoint EndPoint);
