using System.Net;
using Google.Protobuf;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Core;

/// <summary>What this node says of itself in its node record.</summary>
public sealed partial class SwarmCore
{
    private void SayNode(Instant now)
    {
        if (_self is null) return;
        var node = NodeBody(_self);
        var age = now.MonotonicMs - _saidNodeMs;
        if (_saidNode is not null && (!_refutes && node.Equals(_saidNode) || age < RefuteGapMs)) return;
        _refutes = false;
        (_saidNode, _saidNodeMs) = (node, now.MonotonicMs);
        _saidNodeId = Say(RecordKind.Node, [], node, Pace.LeaseTtlMs).Id;
    }

    private void SeenAt(IPAddress address)
    {
        if (address.Equals(_observed)) return;
        _gossip.ForgetReach();
        (_observed, _nodeBody) = (address, null);
    }

    private V1.Node NodeBody(SelfDescription self)
    {
        if (_saysHidden != _gossip.IsHidden) (_saysHidden, _nodeBody) = (_gossip.IsHidden, null);
        return _nodeBody ??= MakeNodeBody(self);
    }

    private V1.Node MakeNodeBody(SelfDescription self)
    {
        var node = new V1.Node
        {
            DonatedBytes = (ulong)Quantity.Quantise(_donatedBytes),
            FreeBytes = (ulong)Quantity.Quantise(_freeBytes),
            Operator = self.Operator,
            Site = self.Site,
            Asn = self.Asn,
            Country = self.Country,
            Draining = self.Draining,
            Version = self.Version,
            StartedMs = (ulong)self.StartedMs,
        };
        if (_subscriptions.IsParted) node.Buckets.AddRange(_subscriptions.Own.Select(b => (uint)b));
        node.Declines.AddRange(self.Declines.Select(DeclineBodies.Decline));
        foreach (var (ip, gossip, torrent) in self.Endpoints)
        {
            // A node that listens on every address learns from its peers which one is seen.
            var seen = ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any) ? _observed : ip;
            if (seen is null) continue;
            node.Endpoints.Add(new V1.Endpoint
            {
                Ip = ByteString.CopyFrom(seen.GetAddressBytes()),
                // A node that nobody can dial is no monitor, and is dialled by nobody.
                GossipPort = _gossip.IsHidden ? 0 : (uint)gossip,
                TorrentPort = (uint)torrent,
            });
        }
        return node;
    }
}
