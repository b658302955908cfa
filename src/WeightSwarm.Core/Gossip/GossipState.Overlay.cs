using System.Net;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Liveness;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Gossip;

/// <summary>
/// The overlay: six neighbours drawn from the full membership, and a stream to each of this node's own monitors. A link is
/// a neighbour's only when both sides asked for it; up to twelve are granted, more only to a node that has none.
/// </summary>
internal sealed partial class GossipState
{
    private const int WantedNeighbours = 6, MostNeighbours = 12, MostDials = 4;

    private readonly SortedDictionary<string, Address> _addresses = new(StringComparer.Ordinal);

    private sealed class Address(IPEndPoint endPoint, NodeId? peer)
    {
        public IPEndPoint EndPoint { get; } = endPoint;
        public NodeId? Peer { get; set; } = peer;
        public bool Dialling { get; set; }
        public int Failures { get; set; }
        public long NotBeforeMs { get; set; } = long.MinValue;
    }

    /// <summary>Remembers an address to dial; <paramref name="peer"/> null for whoever answers.</summary>
    public void Learn(IPEndPoint endPoint, NodeId? peer)
    {
        if (endPoint.Port == 0 || peer == _self) return;
        if (_addresses.TryGetValue(endPoint.ToString(), out var known)) known.Peer = peer ?? known.Peer;
        else _addresses.Add(endPoint.ToString(), new Address(endPoint, peer));
    }

    /// <summary>Learns the addresses of a node's record.</summary>
    public void Learn(Record node)
    {
        foreach (var endpoint in RecordBodies.Node(node).Endpoints)
            if (endpoint.GossipPort > 0)
                Learn(new IPEndPoint(new IPAddress(endpoint.Ip.Span), (int)endpoint.GossipPort), node.Author);
    }

    public void DialFailed(IPEndPoint endPoint, Instant now)
    {
        if (!_addresses.TryGetValue(endPoint.ToString(), out var address)) return;
        address.Dialling = false;
        address.Failures = Math.Min(address.Failures + 1, 5);
        address.NotBeforeMs = now.MonotonicMs + (Pace.DialRetryMs << (address.Failures - 1));
    }

    /// <summary>Somebody answered there. Without the name, an address from an invite would be dialled again at once.</summary>
    private void Reached(IPEndPoint endPoint, NodeId peer)
    {
        if (!_addresses.TryGetValue(endPoint.ToString(), out var address)) return;
        address.Dialling = false;
        address.Peer = peer;
    }

    private void Greeted(Session session)
    {
        if (_addresses.TryGetValue(session.Remote.ToString(), out var address)) address.Failures = 0;
    }

    /// <summary>A stream that ends soon after it was opened is not opened again at once.</summary>
    private void Ended(Session session)
    {
        if (!_addresses.TryGetValue(session.Remote.ToString(), out var address)) return;
        if (!session.Greeted) address.Failures = Math.Min(address.Failures + 1, 5);
        address.NotBeforeMs = session.OpenedMs + (Pace.DialRetryMs << Math.Max(0, address.Failures - 1));
    }

    private void ForgetAddress(IPEndPoint endPoint) => _addresses.Remove(endPoint.ToString());

    private int ActiveCount => _sessions.Values.Count(s => s.Active);

    private void AskActive(Session session, Instant now)
    {
        if (session.WeAskedActive || _sessions.Values.Count(s => s.WeAskedActive) >= WantedNeighbours) return;
        if (!IsDue(session.AskedMs, Pace.ReconcileMs, now)) return;
        (session.WeAskedActive, session.AskedMs) = (true, now.MonotonicMs);
        _outbox.Send(session.Id, new V1.Frame
        {
            Neighbour = new V1.Neighbour { Active = true, Urgent = ActiveCount == 0 },
        });
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
            session.WeAskedActive = session.TheyAskedActive = ask.Urgent || ActiveCount < MostNeighbours;
            var answer = new V1.Neighbour { Active = session.WeAskedActive };
            _outbox.Send(session.Id, new V1.Frame { Neighbour = answer });
        }
        if (!before && session.Active) StartReconciliation(session, now);
    }

    private void TendOverlay(Instant now)
    {
        foreach (var session in _sessions.Values.Where(s => s.Greeted && !s.WeAskedActive))
            if (ActiveCount < WantedNeighbours)
                AskActive(session, now);
        var dialling = _addresses.Values.Count(a => a.Dialling);
        foreach (var address in Candidates(now).Take(MostDials - dialling).ToList())
        {
            address.Dialling = true;
            _outbox.Add(new CoreOutput.Dial(address.EndPoint, address.Peer));
        }
    }

    /// <summary>Own monitors first; then, while neighbours are wanting, others in random order.</summary>
    private IEnumerable<Address> Candidates(Instant now)
    {
        var open = _addresses.Values.Where(a =>
            !a.Dialling && a.NotBeforeMs <= now.MonotonicMs && (a.Peer is not { } peer || SessionWith(peer) is null)).ToList();
        if (open.Count == 0) return [];
        var members = _addresses.Values.Select(a => a.Peer).OfType<NodeId>().Distinct();
        var monitors = new SortedSet<NodeId>(Monitors.Of(_self, members));
        var wanted = open.Where(a => a.Peer is { } peer && monitors.Contains(peer));
        if (_sessions.Values.Count(s => s.WeAskedActive) >= WantedNeighbours) return wanted;
        var start = (int)_random.Below(open.Count);
        return wanted.Concat(open[start..]).Concat(open[..start]).Distinct();
    }
}
