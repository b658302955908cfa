using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Gossip;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>The other nodes as the CLI gets them.</summary>
internal static class PeerReplies
{
    public static PeersReply Of(SwarmCore core, Instant now)
    {
        var reply = new PeersReply();
        var sessions = core.Peers.GroupBy(p => p.Peer).ToDictionary(g => g.Key, g => g.First());
        foreach (var (id, record) in core.Nodes)
            if (id != core.Self)
                reply.Peers.Add(Of(core, id, record, sessions.GetValueOrDefault(id), now));
        reply.Bans.AddRange(core.Bans.Select(ban => new BanInfo
        {
            NodeId = ban.Peer.ToString(),
            Address = ban.Remote.ToString(),
            SecondsLeft = (uint)(Math.Max(0, ban.UntilMs - now.MonotonicMs) / 1000 + 1),
            Times = (uint)ban.Times,
            Reason = ban.Reason,
        }));
        return reply;
    }

    private static PeerInfo Of(SwarmCore core, NodeId id, V1.Node record, PeerSession? session, Instant now)
    {
        var seen = core.View?.Nodes.GetValueOrDefault(id);
        var absentMs = seen?.AbsentMs(now) ?? 0;
        return new PeerInfo
        {
            NodeId = id.ToString(),
            Address = AddressOf(core, id, session),
            Connected = session is not null,
            Neighbour = session is { Active: true },
            Liveness = Liveness(core, absentMs),
            AbsentS = (ulong)(absentMs / 1000),
            DonatedBytes = record.DonatedBytes,
            FreeBytes = record.FreeBytes,
            Version = record.Version,
            SlicesHeld =
                (uint)(core.View?.Models.Sum(m => m.Holders.Where(h => h.Node == id).Sum(h => h.Verified.Count)) ?? 0),
            RttMs = (uint)Math.Max(0, session?.RttMs ?? 0),
            Score = core.ScoreOf(id),
            Operator = record.Operator,
            Site = record.Site,
            Asn = record.Asn,
            Country = record.Country,
        };
    }

    private static string AddressOf(SwarmCore core, NodeId id, PeerSession? session)
    {
        var own = PeerAddresses.Of(core, id);
        return session?.Remote.ToString() ?? (own.Count > 0 ? own[0].ToString() : "");
    }

    /// <summary>The states of gossip-planner section 1.4, by the network's pace.</summary>
    private static string Liveness(SwarmCore core, long absentMs)
    {
        var pace = core.Charter?.Policy.Pace;
        if (absentMs == 0 || pace is null || absentMs <= pace.OnlineMs) return "online";
        if (absentMs <= pace.GraceMs) return "away";
        return absentMs <= pace.LostMs ? "missing" : "lost";
    }
}
