using System.Globalization;

namespace WeightSwarm.Node.Durability;

/// <summary>What was seen of how long nodes stay.</summary>
/// <param name="Nodes">Nodes that were watched.</param>
/// <param name="Departed">Of these, gone for good.</param>
/// <param name="NodeDays">Sum of the days for which each was watched.</param>
/// <param name="Days">Days from the first that was seen of any.</param>
public sealed record LifetimeRecord(int Nodes, int Departed, double NodeDays, double Days)
{
    /// <summary>Nothing was seen.</summary>
    public static LifetimeRecord Nothing { get; } = new(0, 0, 0, 0);
}

/// <summary>
/// How long a node stays, as an exponential lifetime: node-days seen, divided by the nodes that left (maximum
/// likelihood under censoring), with one departure in 180 days added as if it had been seen. That alone is the estimate
/// until what was seen weighs as much.
/// </summary>
/// <param name="Days">Mean days.</param>
/// <param name="IsMeasured">Whether what was seen weighs more than the assumption.</param>
/// <param name="Record">What was seen.</param>
public sealed record LifetimeEstimate(double Days, bool IsMeasured, LifetimeRecord Record)
{
    /// <summary>The assumption, and its weight in node-days.</summary>
    public const double AssumedDays = 180;

    /// <summary>No more is claimed, whatever was seen: computers are not replaced less often.</summary>
    public const double MostDays = 3650;

    /// <summary>The estimate from what was seen.</summary>
    public static LifetimeEstimate Of(LifetimeRecord record)
    {
        var isMeasured = record.Departed + (record.NodeDays / AssumedDays) >= 1;
        var days = isMeasured ? (AssumedDays + record.NodeDays) / (1 + record.Departed) : AssumedDays;
        return new LifetimeEstimate(Math.Min(days, MostDays), isMeasured, record);
    }

    /// <summary>"a node stays 312 days on average (measured from 40 nodes over 200 days, of which 9 left)".</summary>
    public string Words() => IsMeasured
        ? Text($"a node stays {Days:0} days on average (measured from {Record.Nodes} nodes over {Record.Days:0} days, ")
            + Text($"of which {Record.Departed} left)")
        : Text($"a node stays {AssumedDays:0} days on average (assumed: too little was seen yet to measure it)");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
