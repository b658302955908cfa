using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Gossip;

/// <summary>Probes: a ping on every stream, and the end of streams that have fallen silent.</summary>
internal sealed partial class GossipState
{
    private const long HelloMs = 10_000;

    private void Probe(Instant now)
    {
        var pace = Pace;
        List<Session>? silent = null;
        foreach (var session in _sessions.Values)
        {
            var patienceMs = session.Greeted ? SilenceMs(pace) : Math.Min(SilenceMs(pace), HelloMs);
            if (now.MonotonicMs - session.LastHeardMs > patienceMs) (silent ??= []).Add(session);
            if (!session.Greeted || session.LastPingMs > now.MonotonicMs - pace.ProbeMs) continue;
            session.LastPingMs = now.MonotonicMs;
            session.PingNonce = _random.Next();
            _outbox.Send(session.Id, new V1.Frame { Ping = new V1.Ping { Nonce = session.PingNonce } });
        }
        foreach (var session in silent ?? []) Drop(session, "silent");
    }

    /// <summary>A peer that has said nothing for so long is silent.</summary>
    public static long SilenceMs(Pace pace) => pace.ProbeMs * pace.ProbeMisses;

    private void OnPing(Session session, V1.Ping ping, Instant now) => _outbox.Send(session.Id, new V1.Frame
    {
        Pong = new V1.Pong { Nonce = ping.Nonce, UnixMs = (ulong)now.UnixMs },
    });

    private void OnPong(Session session, V1.Pong pong, Instant now)
    {
        if (pong.Nonce != session.PingNonce) return;
        session.RttMs = now.MonotonicMs - session.LastPingMs;
        PeerClock(session.Peer, (long)Math.Min(pong.UnixMs, 1UL << 53), now);
    }
}
