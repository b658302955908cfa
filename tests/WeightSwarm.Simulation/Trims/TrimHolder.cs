using WeightSwarm.Core;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.Trims;

/// <summary>One holder of the slice in a trial, with what only it and the referee know.</summary>
internal sealed class TrimHolder
{
    public required int Number { get; init; }
    public required ReleaseHolder Public { get; init; }
    public required ReleaseRule Rule { get; init; }
    public required ReleaseReason Reason { get; init; }
    public required bool Alive { get; init; }
    /// <summary>Which side of a partition it is on.</summary>
    public required int Side { get; init; }
    public required long ClockMs { get; init; }
    public required Release Release { get; set; }
    public bool Holds { get; set; } = true;
    public long GoneAtMs { get; set; } = long.MaxValue;
    /// <summary>Its newest intent: when it was published, its ticket, and when it was withdrawn.</summary>
    public (long AtMs, ReleaseTicket Ticket, long WithdrawnMs)? Intent { get; set; }

    public bool Pending => Holds && Release.IsPending;

    public Instant At(long nowMs) => new(nowMs + 1_000_000, 1_800_000_000_000 + nowMs + ClockMs);
}
