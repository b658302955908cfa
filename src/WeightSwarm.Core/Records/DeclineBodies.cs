using System.Collections.Immutable;
using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Core.Records;

/// <summary>The part of a node's body that says which models it declines.</summary>
public static class DeclineBodies
{
    /// <summary>The rules of a well-formed node record.</summary>
    public static Declines Declines(V1.Node body) => body.Declines.Count == 0
        ? Catalogue.Declines.None
        : new Declines([.. body.Declines.Select(d => new DeclineRule
        {
            Licence = d.Licence,
            LargerThan = (long)d.LargerThan,
            Name = d.Name,
            Hazard = d.Hazard,
            Reason = d.Reason,
        })]);

    /// <summary>The body of a rule.</summary>
    public static V1.Decline Decline(DeclineRule rule) => new()
    {
        Licence = rule.Licence,
        LargerThan = (ulong)rule.LargerThan,
        Name = rule.Name,
        Hazard = rule.Hazard,
        Reason = rule.Reason,
    };

    /// <summary>Whether so many rules of that size are accepted in a node's record.</summary>
    public static bool Fit(ImmutableArray<DeclineRule> rules) => IsSound([.. rules.Select(Decline)]);

    internal static bool IsSound(IReadOnlyCollection<V1.Decline> bodies) =>
        bodies.Count <= DeclineRule.Most && bodies.All(IsSound) &&
        bodies.Sum(d => d.CalculateSize()) <= DeclineRule.MostBytes;

    private static bool IsSound(V1.Decline body) =>
        body.Licence.Length <= DeclineRule.LongestLicence && body.Name.Length <= DeclineRule.LongestName &&
        body.Hazard.Length <= DeclineRule.LongestHazard && body.Reason.Length <= DeclineRule.LongestReason &&
        body.LargerThan <= 1UL << 60;
}
