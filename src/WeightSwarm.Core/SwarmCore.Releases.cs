using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Liveness;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Core;

/// <summary>When this node may give slices up, and what it shows of that.</summary>
public sealed partial class SwarmCore
{
    private readonly ClockWatch _clock = new();
    private readonly ReleaseState _releases;

    /// <summary>How every release of this node stands.</summary>
    public ImmutableArray<ReleaseReport> Releases => _releases.Report(View, Now);

    /// <summary>What this node has given up and not deleted yet.</summary>
    public ImmutableSortedDictionary<Hash256, SliceSet> Trashed => _replication.TrashedSlices;

    /// <summary>When this node's pending intent on a slice was announced, Unix milliseconds; 0 for none.</summary>
    public long ReleaseTicketMs(Hash256 model, int slice) => _releases.TicketOf(model, slice);

    /// <summary>Why the wall clock is suspect, in words; null while it is not.</summary>
    public string? WhyClockSuspect => _clock.WhySuspect(Now, Pace);

    private ReleaseCircumstances Circumstances(Instant now)
    {
        var clock = _clock.WhySuspect(now, Pace);
        var monitors = _watch.MonitorsOf(Self);
        var reached = monitors.Count(m => _gossip.SessionWith(m) is not null);
        return new ReleaseCircumstances(
            Forbidden: IsQuiet(now) ? "just started: judges nobody yet"
                : StormBreakerOpen ? "the storm breaker is open"
                : _replication.Health >= PlanPass.SickHealth ? $"local health is {_replication.Health} of 8"
                : IsCloned(now) ? "another node runs with this node's key"
                : clock is not null ? $"releases nothing: {clock}"
                : null,
            ClockSuspect: clock is not null,
            MonitorsCut: 2 * reached < monitors.Count,
            Neighbours: _gossip.Peers.Count(p => p.Active));
    }

    private void TendReleases(SwarmView view, bool planned, Instant now)
    {
        if (!planned && !_releases.IsBusy) return;
        var own = Circumstances(now);
        if (planned) _releases.Plan(view, own, now);
        if (_releases.IsBusy) _releases.Tend(view, own, planned, now);
        if (planned) NotePlanStands(view, now);
    }
}
