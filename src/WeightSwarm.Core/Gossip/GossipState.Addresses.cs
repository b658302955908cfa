using System.Net;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core.Gossip;

/// <summary>
/// The addresses that this node may dial. They outlive the leases of the node records that named them: after a long cut
/// both halves have forgotten each other's records, and the addresses are what brings them together again.
/// </summary>
internal sealed partial class GossipState
{
    private const int MostFailures = 5, MostAddresses = 1 << 18, MostFound = 32, MostFoundFailures = 2, MostOwn = 16;

    private readonly SortedDictionary<string, Address> _addresses = new(StringComparer.Ordinal);
    private Address[]? _everyAddress;
    private readonly SortedDictionary<NodeId, List<Address>> _addressesOf = [];

    // The DHT gives back what this node announced.
    private readonly SortedSet<string> _own = new(StringComparer.Ordinal);

    private int _dialling;

    // Whose stream brought the record that is being taken in.
    private IPAddress? _source;

    /// <summary>What speaks for the one behind an address.</summary>
    private enum Trust { None, Known, Reached, Anchor }

    private sealed class Address(IPEndPoint endPoint, bool invited) : Admission.IBookEntry
    {
        public Admission.BookPlace? Place { get; set; }
        public bool IsBad => Failures > 1;
        public Trust Trust { get; set; }
        public IPEndPoint EndPoint { get; } = endPoint;
        /// <summary>From an invite or an earlier run: kept whatever node records say.</summary>
        public bool Invited { get; } = invited;
        /// <summary>From the DHT, where anybody may write; until a node answers there, or its record names
        /// it.</summary>
        public bool Unproved { get; set; }
        public NodeId? Peer { get; set; }
        public bool Dialling { get; set; }
        public int Failures { get; set; }
        public long NotBeforeMs { get; set; } = long.MinValue;
        /// <summary>When it was last named or worked.</summary>
        public long KnownMs { get; set; }
    }

    /// <summary>Remembers an address to dial, whoever answers.</summary>
    public void Invited(IPEndPoint endPoint, Instant now) => Remember(endPoint, null, invited: true, now);

    /// <summary>Remembers a few addresses of unknown worth.</summary>
    public void Found(IReadOnlyList<IPEndPoint> endPoints, Instant now)
    {
        var room = MostFound - EveryAddress.Count(a => a.Unproved);
        foreach (var endPoint in endPoints)
        {
            if (room <= 0) return;
            if (_addresses.ContainsKey(endPoint.ToString()) || _own.Contains(endPoint.ToString())) continue;
            Remember(endPoint, null, invited: false, now);
            if (!_addresses.TryGetValue(endPoint.ToString(), out var address)) continue;
            address.Unproved = true;
            room--;
        }
    }

    /// <summary>Learns the addresses of a node's record, in place of those that an earlier one gave.</summary>
    public void Learn(Record node, Instant now)
    {
        if (node.Author == _self || !IsAdmitted(node.Author)) return;
        var named = RecordBodies.Node(node).Endpoints.Where(e => e.GossipPort > 0)
            .Select(e => new IPEndPoint(new IPAddress(e.Ip.Span), (int)e.GossipPort)).ToList();
        foreach (var old in AddressesOf(node.Author).Where(a => !a.Invited && !named.Contains(a.EndPoint)).ToList())
            Forget(old);
        foreach (var endPoint in named) Remember(endPoint, node.Author, invited: false, now);
    }

    public void DialFailed(IPEndPoint endPoint, Instant now)
    {
        if (!_addresses.TryGetValue(endPoint.ToString(), out var address)) return;
        SetDialling(address, false);
        address.Failures = Math.Min(address.Failures + 1, MostFailures);
        // Up to a half sooner: all whom one cut keeps apart would else try again at the same moments, and when it has
        // healed wait together for the end of a long pause.
        var retryMs = RetryMs(address);
        address.NotBeforeMs = now.MonotonicMs + retryMs - _random.Below(retryMs / 2 + 1);
        var kept = address.Invited || address.Failures < MostFailures ||
            now.MonotonicMs - address.KnownMs < Pace.LostMs;
        if (!kept || IsFalse(address)) Forget(address);
    }

    private void Remember(IPEndPoint endPoint, NodeId? peer, bool invited, Instant now)
    {
        if (endPoint.Port == 0) return;
        if (!_addresses.TryGetValue(endPoint.ToString(), out var address))
        {
            if (_addresses.Count >= MostAddresses) return;
            _addresses.Add(endPoint.ToString(), address = new Address(endPoint, invited));
            _everyAddress = null;
            _neighbourhood.Add(address, _source);
        }
        address.KnownMs = now.MonotonicMs;
        if (peer is { } id) Name(address, id);
        if (invited || peer is not null) address.Unproved = false;
    }

    /// <summary>All of them, in order; made anew only when one comes or goes.</summary>
    private Address[] EveryAddress => _everyAddress ??= [.. _addresses.Values];

    private static bool IsFalse(Address address) => address.Unproved && address.Failures >= MostFoundFailures;

    private void Name(Address address, NodeId peer)
    {
        if (address.Peer == peer) return;
        Unname(address);
        address.Peer = peer;
        _peers = null;
        if (!_addressesOf.TryGetValue(peer, out var all)) _addressesOf.Add(peer, all = []);
        all.Add(address);
    }

    private List<Address> AddressesOf(NodeId peer) => _addressesOf.GetValueOrDefault(peer) ?? [];

    private void SetDialling(Address address, bool dialling)
    {
        if (address.Dialling != dialling) _dialling += dialling ? 1 : -1;
        address.Dialling = dialling;
    }

    private void Forget(Address address)
    {
        SetDialling(address, false);
        _addresses.Remove(address.EndPoint.ToString());
        _everyAddress = null;
        _neighbourhood.Remove(address);
        Unname(address);
    }

    private void Unname(Address address)
    {
        _peers = null;
        if (address.Peer is { } peer && AddressesOf(peer) is var all && all.Remove(address) && all.Count == 0)
            _addressesOf.Remove(peer);
    }

    private void IsMine(IPEndPoint endPoint)
    {
        if (_own.Count < MostOwn) _own.Add(endPoint.ToString());
        ForgetAddress(endPoint);
    }

    private void ForgetAddress(IPEndPoint endPoint)
    {
        if (_addresses.TryGetValue(endPoint.ToString(), out var address)) Forget(address);
    }

    /// <summary>Somebody answered there. Without the name, an address from an invite would be dialled again at
    /// once.</summary>
    private void Reached(IPEndPoint endPoint, NodeId peer)
    {
        if (_addresses.TryGetValue(endPoint.ToString(), out var address)) Name(address, peer);
    }

    private void Greeted(Session session, Instant now)
    {
        if (!_addresses.TryGetValue(session.Remote.ToString(), out var address)) return;
        SetDialling(address, false);
        (address.Failures, address.KnownMs, address.Unproved) = (0, now.MonotonicMs, false);
        _neighbourhood.Answered(address);
        _outbox.Add(new CoreOutput.PeerReached(new Anchor(session.Peer, address.EndPoint)));
    }

    /// <summary>A stream that ends soon after it was opened is not opened again at once.</summary>
    private void Ended(Session session)
    {
        if (!_addresses.TryGetValue(session.Remote.ToString(), out var address)) return;
        SetDialling(address, false);
        if (!session.Greeted) address.Failures = Math.Min(address.Failures + 1, MostFailures);
        address.NotBeforeMs = session.OpenedMs + RetryMs(address);
        if (IsFalse(address)) Forget(address);
    }

    private long RetryMs(Address address) => Pace.DialRetryMs << Math.Max(0, address.Failures - 1);
}
