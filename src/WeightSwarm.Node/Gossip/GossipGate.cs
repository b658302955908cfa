using System.Net;
using Microsoft.AspNetCore.Connections;
using WeightSwarm.Core.Gossip.Admission;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Node.Gossip;

/// <summary>
/// The gate of the gossip port. It turns the banned away before the handshake, which is what a stranger can make this
/// node pay for, and bounds how many connections one address and all together have, and how fast new ones come. May be
/// used from any thread.
/// </summary>
public sealed class GossipGate(Clock clock) : IDisposable
{
    private const int MostConnections = 512, MostOfHost = 16, MostAddresses = 4096;

    private static readonly TokenRate _perHost = new(32, 1_000), _perPrivateAddress = new(128, 10_000);

    // Handshakes are what costs; those who have made theirs are not to wait behind a crowd of others.
    private readonly SemaphoreSlim _handshakes = new(2, 2);
    private readonly Lock _lock = new();
    private readonly BanList _bans = new();
    private readonly Dictionary<IPAddress, Visits> _visits = [];
    private int _open;

    private sealed class Visits
    {
        public TokenBucket Bucket;
        public int Open;
    }

    /// <summary>Refuses a peer from now on.</summary>
    public void Put(Ban ban)
    {
        lock (_lock) _bans.Put(ban, clock.Now.MonotonicMs);
    }

    /// <summary>Whether a peer is banned now.</summary>
    public bool Refuses(NodeId peer)
    {
        lock (_lock) return _bans.Of(peer, clock.Now.MonotonicMs) is not null;
    }

    /// <summary>Whether an address is banned now.</summary>
    public bool Refuses(IPAddress address)
    {
        lock (_lock) return _bans.Refuses(address, clock.Now.MonotonicMs);
    }

    /// <summary>Runs a connection that was just accepted, or ends it before a byte of it is read.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = connection.RemoteEndPoint is IPEndPoint remote ? KeyOf(remote.Address) : IPAddress.None;
        if (!TryEnter(address))
        {
            connection.Abort();
            return;
        }
        using var guarded = new GossipConnection(connection, _handshakes);
        connection.Features.Set(guarded);
        try
        {
            if (await guarded.TakeTurnAsync()) await next(connection);
        }
        finally
        {
            Leave(address);
        }
    }

    /// <summary>Goes on with a connection whose handshake is made.</summary>
    public static Task ShakenAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        connection.Features.Get<GossipConnection>()?.EndTurn();
        return next(connection);
    }

    /// <inheritdoc/>
    public void Dispose() => _handshakes.Dispose();

    /// <summary>Counts a connection in; false when there is no room, or they come too fast.</summary>
    internal bool TryEnter(IPAddress address)
    {
        // Behind a private address, and on loopback, many nodes may live.
        var shared = AddressGroup.HostOf(address) is null;
        lock (_lock)
        {
            var now = clock.Now.MonotonicMs;
            if (_open >= MostConnections || _bans.Refuses(address, now)) return false;
            if (!_visits.TryGetValue(address, out var visits))
            {
                if (_visits.Count >= MostAddresses) Sweep(now);
                if (_visits.Count >= MostAddresses) return false;
                _visits.Add(address, visits = new Visits());
            }
            if (!shared && visits.Open >= MostOfHost) return false;
            if (!visits.Bucket.TryTake(shared ? _perPrivateAddress : _perHost, 1, now)) return false;
            visits.Open++;
            _open++;
            return true;
        }
    }

    /// <summary>Counts a connection out.</summary>
    internal void Leave(IPAddress address)
    {
        lock (_lock)
        {
            _open--;
            if (_visits.TryGetValue(address, out var visits)) visits.Open--;
        }
    }

    /// <summary>One host has 2^64 addresses of IPv6.</summary>
    internal static IPAddress KeyOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) return address.MapToIPv4();
        if (AddressGroup.HostOf(address) is not { IsV6: true }) return address;
        var bytes = address.GetAddressBytes();
        Array.Clear(bytes, 8, 8);
        return new IPAddress(bytes);
    }

    private void Sweep(long now)
    {
        foreach (var (address, visits) in _visits.ToList())
            if (visits.Open == 0 && visits.Bucket.IsFull(_perHost, now))
                _visits.Remove(address);
    }
}
