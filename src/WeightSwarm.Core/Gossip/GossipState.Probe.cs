using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Gossip;

/// <summary>Probes: a ping on every stream, and the end of streams that have fallen silent.</summary>
internal sealed partial class GossipState
{
    private const long HelloMs = 10_000;

    private void Probe(Instant now, Instant soon)
    {
        var pace = Pace;
        List<Session>? silent = null;
        foreach (var session in All)
        {
            if (now.MonotonicMs - session.LastHeardMs > PatienceMs(session, pace)) (silent ??= []).Add(session);
            if (!session.Greeted || ProbeDueMs(session, pace) > soon.MonotonicMs) continue;
            session.LastPingMs = now.MonotonicMs;
            session.PingNonce = _random.Next();
            _outbox.Send(session.Id, new V1.Frame
            {
                Ping = new V1.Ping { Nonce = session.PingNonce, UnixMs = (ulong)now.UnixMs },
            });
        }
        foreach (var session in silent ?? []) Drop(session, "silent");
    }

    /// <summary>
    /// A ping and its answer tell both ends that the other is there: who was pinged need not ping. So each stream
    /// carries one exchange in each period, at the time of whoever begins.
    /// </summary>
    private static long ProbeDueMs(Session session, Pace pace) => session.LastPingMs == long.MinValue
        ? long.MinValue
        : Math.Max(session.LastPingMs, session.LastPingedMs) + pace.ProbeMs;

    /// <summary>A stream on which nothing came for so long is dropped; sooner while nobody has greeted.</summary>
    private long PatienceMs(Session session, Pace pace) =>
        session.Greeted ? SilenceMs(pace) : Math.Min(SilenceMs(pace), HelloMs);

    /// <summary>This node's local health; it is the more patient the worse that is.</summary>
    public int Health { get; set; }

    /// <summary>A peer that has said nothing for so long is silent.</summary>
    public long SilenceMs(Pace pace) => pace.ProbeMs * pace.ProbeMisses * (1 + Health);

    private void OnPing(Session session, V1.Ping ping, Instant now)
    {
        session.LastPingedMs = now.MonotonicMs;
        if (ping.UnixMs > 0) PeerClock(session.Peer, (long)Math.Min(ping.UnixMs, 1UL << 53), now);
        _outbox.Send(session.Id, new V1.Frame
        {
            Pong = new V1.Pong { Nonce = ping.Nonce, UnixMs = (ulong)now.UnixMs },
        });
    }

    private void OnPong(Session session, V1.Pong pong, Instant now)
    {
        if (pong.Nonce != session.PingNonce) return;
        session.RttMs = now.MonotonicMs - session.LastPingMs;
        if (pong.UnixMs > 0) PeerClock(session.Peer, (long)Math.Min(pong.UnixMs, 1UL << 53), now);
    }
}
