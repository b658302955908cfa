namespace WeightSwarm.Core.Gossip;

/// <summary>
/// When gossip has something to do by itself. Everything that a tick looks at has its line here, but for broadcast,
/// which does not wait for ticks.
/// </summary>
internal sealed partial class GossipState
{
    /// <summary>
    /// Monotonic time of the next thing to do if no input comes before; now when something is due at every tick.
    /// </summary>
    public long NextDueMs(Instant now)
    {
        var due = Math.Min(ScopesEndMs, Math.Min(SessionsDueMs(), OverlayDueMs(now)));
        if (_addressesOf.Count > 0) due = Math.Min(due, After(_lastFarMs, Pace.ReconcileFarMs));
        return due;
    }

    private static long After(long lastMs, long waitMs) => lastMs == long.MinValue ? long.MinValue : lastMs + waitMs;

    private long SessionsDueMs()
    {
        var pace = Pace;
        var due = long.MaxValue;
        foreach (var session in All)
        {
            due = Math.Min(due, session.LastHeardMs + PatienceMs(session, pace) + 1);
            if (!session.Greeted) continue;
            due = Math.Min(due, ProbeDueMs(session, pace));
            if (session.Active || session.AgainSoon)
                due = Math.Min(due, After(session.LastReconcileMs, pace.ReconcileMs));
            if (session.Outbound && !session.WeAskedActive)
                due = Math.Min(due, session.UsedMs + pace.ReconcileFarMs + 1);
        }
        return due;
    }

    private long OverlayDueMs(Instant now)
    {
        var due = long.MaxValue;
        if (WantsNeighbours)
        {
            if (ActiveCount < WantedNeighbours || LacksOwnChoice)
                foreach (var session in All)
                    if (session.Greeted && !session.WeAskedActive && WantsLinkTo(session))
                        due = Math.Min(due, After(session.AskedMs, Pace.ReconcileMs));
            // While dials are under way, what comes of them wakes the core.
            var wantsAny = WeAskedCount < WantedNeighbours;
            if (_dialling < MostDials)
                foreach (var address in _addresses.Values)
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
