using System.Net;
using WeightSwarm.Core.Identity;

namespace WeightSwarm.Core.Gossip.Admission;

/// <summary>
/// How many members of one network of addresses are admitted: 8 of an IPv4 /24, 8 of an IPv6 /56, 64 of an IPv4 /16.
/// Addresses are scarcer than keys, so who makes thousands of nodes needs thousands of networks (gossip-planner section
/// 7, row Sybil). Who was there first stays: a member gives its addresses itself, and whoever names an address that is
/// another's must not drive that one out. Private addresses have no network and no limit.
/// </summary>
internal sealed class GroupCaps
{
    /// <summary>Of an IPv4 /24, and of an IPv6 /56.</summary>
    public const int MostOfNetwork = 8;
    /// <summary>Of an IPv4 /16.</summary>
    public const int MostOfWide = 64;

    private readonly SortedDictionary<NodeId, List<(AddressGroup Group, bool IsWide)>> _members = [];
    private readonly SortedDictionary<(AddressGroup Group, bool IsWide), int> _admitted = [];
    private readonly SortedDictionary<NodeId, List<(AddressGroup Group, bool IsWide)>> _waiting = [];
    private readonly List<NodeId> _order = [];

    /// <summary>Whether the member is one too many where it is.</summary>
    public bool IsOver(NodeId node) => _waiting.ContainsKey(node);

    /// <summary>Members that are one too many.</summary>
    public int Over => _waiting.Count;

    /// <summary>A member comes, or has other addresses than before.</summary>
    public void Join(NodeId node, IEnumerable<IPAddress> addresses)
    {
        var groups = GroupsOf(addresses);
        var known = _members.GetValueOrDefault(node) ?? _waiting.GetValueOrDefault(node);
        if (known is not null && known.SequenceEqual(groups)) return;
        Remove(node);
        if (HasRoom(groups))
        {
            Admit(node, groups);
            return;
        }
        _waiting.Add(node, groups);
        _order.Add(node);
    }

    /// <summary>A member goes; who is admitted in its place.</summary>
    public IReadOnlyList<NodeId> Leave(NodeId node)
    {
        if (!Remove(node) || _waiting.Count == 0) return [];
        List<NodeId> admitted = [];
        foreach (var next in _order.ToList())
        {
            if (!HasRoom(_waiting[next])) continue;
            var groups = _waiting[next];
            Remove(next);
            Admit(next, groups);
            admitted.Add(next);
        }
        return admitted;
    }

    private static List<(AddressGroup Group, bool IsWide)> GroupsOf(IEnumerable<IPAddress> addresses)
    {
        var groups = new SortedSet<(AddressGroup Group, bool IsWide)>();
        foreach (var address in addresses)
        {
            if (AddressGroup.NetworkOf(address) is not { } network) continue;
            groups.Add((network, false));
            if (!network.IsV6) groups.Add((AddressGroup.WideOf(address)!.Value, true));
        }
        return [.. groups];
    }

    private bool HasRoom(List<(AddressGroup Group, bool IsWide)> groups)
    {
        foreach (var group in groups)
            if (_admitted.GetValueOrDefault(group) >= (group.IsWide ? MostOfWide : MostOfNetwork))
                return false;
        return true;
    }

    private void Admit(NodeId node, List<(AddressGroup Group, bool IsWide)> groups)
    {
        _members.Add(node, groups);
        foreach (var group in groups) _admitted[group] = _admitted.GetValueOrDefault(group) + 1;
    }

    /// <summary>True when a place became free.</summary>
    private bool Remove(NodeId node)
    {
        if (_waiting.Remove(node)) _order.Remove(node);
        if (!_members.Remove(node, out var groups)) return false;
        foreach (var group in groups)
            if (--_admitted[group] == 0)
                _admitted.Remove(group);
        return true;
    }
}
