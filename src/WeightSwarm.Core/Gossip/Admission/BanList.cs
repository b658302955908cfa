using System.Net;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Gossip.Admission;

/// <summary>One ban.</summary>
/// <param name="Peer">Who.</param>
/// <param name="Remote">From where it was connected.</param>
/// <param name="UntilMs">Monotonic.</param>
/// <param name="Times">How many times it was banned, this one included.</param>
/// <param name="Reason">For people.</param>
public sealed record Ban(NodeId Peer, IPAddress Remote, long UntilMs, int Times, string Reason);

/// <summary>
/// Who is refused, and until when: a peer by its id, its host too where that is a public address, and a whole network
/// of addresses once three of its hosts are. A ban lasts a minute, and twice as long each time; it is remembered for a
/// day after its end. Not for use from several threads.
/// </summary>
public sealed class BanList
{
    private const long FirstMs = 60_000, RememberedMs = 86_400_000;
    private const int MostDoublings = 10, MostBans = 4096, HostsOfNetwork = 3;

    private readonly SortedDictionary<NodeId, Ban> _bans = [];
    private readonly SortedDictionary<AddressGroup, List<(AddressGroup Host, long UntilMs)>> _networks = [];

    /// <summary>The bans in force.</summary>
    public IEnumerable<Ban> InForce(long nowMs) => _bans.Values.Where(b => b.UntilMs > nowMs);

    /// <summary>Bans a peer, for longer than the last time.</summary>
    public Ban Add(NodeId peer, IPAddress remote, string reason, long nowMs)
    {
        var times = (_bans.GetValueOrDefault(peer)?.Times ?? 0) + 1;
        var ban = new Ban(
            peer, remote, nowMs + (FirstMs << Math.Min(times - 1, MostDoublings)), times, reason);
        Put(ban, nowMs);
        return ban;
    }

    /// <summary>Takes over a ban that another list gave.</summary>
    public void Put(Ban ban, long nowMs)
    {
        Forget(nowMs);
        _bans[ban.Peer] = ban;
        if (AddressGroup.NetworkOf(ban.Remote) is not { } network) return;
        if (!_networks.TryGetValue(network, out var hosts)) _networks.Add(network, hosts = []);
        var host = AddressGroup.HostOf(ban.Remote)!.Value;
        hosts.RemoveAll(h => h.Host == host && h.UntilMs <= ban.UntilMs);
        hosts.Add((host, ban.UntilMs));
    }

    /// <summary>The ban of a peer that is in force, or null.</summary>
    public Ban? Of(NodeId peer, long nowMs) =>
        _bans.TryGetValue(peer, out var ban) && ban.UntilMs > nowMs ? ban : null;

    /// <summary>Whether whoever is at that address is refused.</summary>
    public bool Refuses(IPAddress address, long nowMs)
    {
        if (_networks.Count == 0 || AddressGroup.NetworkOf(address) is not { } network ||
            !_networks.TryGetValue(network, out var hosts))
            return false;
        var host = AddressGroup.HostOf(address);
        return hosts.Exists(h => h.Host == host && h.UntilMs > nowMs) ||
            hosts.Count(h => h.UntilMs > nowMs) >= HostsOfNetwork;
    }

    private void Forget(long nowMs)
    {
        foreach (var old in _bans.Values.Where(b => b.UntilMs + RememberedMs <= nowMs).ToList()) _bans.Remove(old.Peer);
        if (_bans.Count >= MostBans) _bans.Remove(_bans.Values.MinBy(b => b.UntilMs)!.Peer);
        foreach (var (network, hosts) in _networks.ToList())
            if (hosts.RemoveAll(h => h.UntilMs <= nowMs) > 0 && hosts.Count == 0)
                _networks.Remove(network);
    }
}
