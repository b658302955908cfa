namespace WeightSwarm.Core.Catalogue;

/// <summary>
/// Models that a volunteer does not take. Everything that is given must apply to a model for it to be declined; a rule
/// with nothing given declines none, so that one of a later version, of which this one knows no word, does no harm.
/// </summary>
public sealed record DeclineRule
{
    /// <summary>Most rules of one node.</summary>
    public const int Most = 32;
    /// <summary>Most bytes of all rules of one node, as they are written.</summary>
    public const int MostBytes = 8 << 10;
    /// <summary>Longest licence pattern, characters.</summary>
    public const int LongestLicence = 64;
    /// <summary>Longest name pattern, characters.</summary>
    public const int LongestName = ModelName.Longest;
    /// <summary>Longest hazard label, characters.</summary>
    public const int LongestHazard = 32;
    /// <summary>Longest reason, characters.</summary>
    public const int LongestReason = 128;

    /// <summary>Pattern over SPDX identifiers with <c>*</c> and <c>?</c>; empty: not given.</summary>
    public string Licence { get; init; } = "";
    /// <summary>Models with more file bytes than that; 0: not given.</summary>
    public long LargerThan { get; init; }
    /// <summary>Pattern over ORG/MODEL, a <see cref="FileGlob"/>; empty: not given.</summary>
    public string Name { get; init; } = "";
    /// <summary>One of <see cref="Formats.HazardLabels"/>; empty: not given.</summary>
    public string Hazard { get; init; } = "";
    /// <summary>For people; may be empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Whether nothing is given.</summary>
    public bool IsEmpty => Licence.Length == 0 && LargerThan == 0 && Name.Length == 0 && Hazard.Length == 0;

    /// <summary>Such as "licence CC-BY-NC-* and larger than 10.0 GB"; empty for an empty rule.</summary>
    public string Words()
    {
        var parts = new List<string>(4);
        if (Licence.Length > 0) parts.Add($"licence {Licence}");
        if (LargerThan > 0) parts.Add($"larger than {ByteSize.Format(LargerThan)}");
        if (Name.Length > 0) parts.Add($"name {Name}");
        if (Hazard.Length > 0) parts.Add($"hazard {Hazard}");
        return string.Join(" and ", parts);
    }

    /// <summary>The same with the owner's reason: "licence CC-BY-NC-*: no such weights here".</summary>
    public string WordsWithReason() => Reason.Length == 0 ? Words() : $"{Words()}: {Reason}";
}
