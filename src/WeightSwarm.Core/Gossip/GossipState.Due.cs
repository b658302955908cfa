using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Gossip;

/// <summary>
/// When gossip has something to do by itself. Everything that a tick looks at has its line here, but for broadcast,
/// which does not wait for ticks.
/// </summary>
internal sealed partial class GossipState
{
    // By stream, in their order: when it has something to do, or sooner where frames have put it off since.
    private long[] _dues = [];
    private long _overlayDueMs;

    /// <summary>
    /// Monotonic time of the next thing to do if no input comes before; now when something is due at every tick.
    /// </summary>
    /// <param name="now">The time.</param>
    /// <param name="isPutOff">Since the last time that this was asked nothing came but frames that put things
    /// off.</param>
    public long NextDueMs(Instant now, bool isPutOff = false)
    {
        if (!isPutOff || _overlayDueMs <= now.MonotonicMs) _overlayDueMs = OverlayDueMs(now);
        var due = Math.Min(ScopesEndMs, Math.Min(SessionsDueMs(now, isPutOff), _overlayDueMs));
        if (_addressesOf.Count > 0) due = Math.Min(due, After(_lastFarMs, Pace.ReconcileFarMs));
        return due;
    }

    private static long After(long lastMs, long waitMs) => lastMs == long.MinValue ? long.MinValue : lastMs + waitMs;

    private long SessionsDueMs(Instant now, bool isPutOff)
    {
        var (all, pace, first) = (All, Pace, long.MaxValue);
        if (_dues.Length < all.Length) _dues = new long[2 * all.Length];
        for (var i = 0; i < all.Length; i++)
        {
            if (!isPutOff || _dues[i] <= now.MonotonicMs) _dues[i] = DueMs(all[i], pace, now);
            first = Math.Min(first, _dues[i]);
        }
        return first;
    }

    private long DueMs(Session session, Pace pace, Instant now)
    {
        var due = session.LastHeardMs + PatienceMs(session, pace) + 1;
        if (!session.Greeted) return due;
        due = Math.Min(due, ProbeDueMs(session, pace));
        if (session.Active || session.AgainSoon)
            due = Math.Min(due, After(session.LastReconcileMs, pace.ReconcileMs));
        return Math.Min(due, IdleDueMs(session, pace, now));
    }

    private long OverlayDueMs(Instant now)
    {
        var due = long.MaxValue;
        var (wantsAny, wantsOwn) = (WeAskedCount < WantedNeighbours, LacksOwnChoice);
        if (wantsAny || wantsOwn)
        {
            if (ActiveCount < WantedNeighbours || wantsOwn)
                foreach (var session in All)
                    if (session.Greeted && !session.WeAskedActive && WantsLinkTo(session))
                        due = Math.Min(due, After(session.AskedMs, Pace.ReconcileMs));
            // While dials are under way, what comes of them wakes the core.
            if (_dialling < MostDials)
                foreach (var address in EveryAddress)
                    if (wantsAny || TrustIn(address) != Trust.None)
                        due = Math.Min(due, DialDueMs(address, now));
        }
        if (_dialling >= MostDials || !LacksMonitors()) return due;
        foreach (var peer in OwnMonitors())
            if (SessionWith(peer) is null)
                foreach (var address in AddressesOf(peer))
                    due = Math.Min(due, DialDueMs(address, now));
        return due;
    }

    private long DialDueMs(Address address, Instant now) =>
        address.Dialling || IsConnected(address) ? long.MaxValue
        : IsRefused(address, now) ? now.MonotonicMs + Pace.ProbeMs : address.NotBeforeMs;
}
