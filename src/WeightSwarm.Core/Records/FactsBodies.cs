using WeightSwarm.Core.Formats;

namespace WeightSwarm.Core.Records;

/// <summary>The part of an entry's body that says what its weights are.</summary>
internal static class FactsBodies
{
    private const ulong MostCount = 1UL << 60;
    private const int MostHazards = 8;
    private const int LongestHazard = 32;
    private const int LongestDtype = 16;
    private const int MostShards = 1 << 24;

    public static Facts Facts(V1.Facts body) => new()
    {
        Parameters = (long)body.Parameters,
        Dtypes = [.. body.Dtypes.Select(d => new DtypeCount(d.Dtype, (long)d.Parameters, (long)d.Bytes))],
        Architecture = body.Architecture,
        ShardsPresent = (int)body.ShardsPresent,
        ShardsExpected = (int)body.ShardsExpected,
        BrokenFiles = (int)body.BrokenFiles,
        Hazards = [.. body.Hazards],
    };

    public static V1.Facts Facts(Facts facts)
    {
        var body = new V1.Facts
        {
            Parameters = (ulong)facts.Parameters,
            Architecture = facts.Architecture,
            ShardsPresent = (uint)facts.ShardsPresent,
            ShardsExpected = (uint)facts.ShardsExpected,
            BrokenFiles = (uint)facts.BrokenFiles,
        };
        body.Dtypes.AddRange(facts.Dtypes.Select(d => new V1.DtypeCount
        {
            Dtype = d.Dtype,
            Parameters = (ulong)d.Parameters,
            Bytes = (ulong)d.Bytes,
        }));
        body.Hazards.AddRange(facts.Hazards);
        return body;
    }

    public static bool IsSound(V1.Facts body) =>
        body.Parameters <= MostCount && body.Architecture.Length <= Formats.Facts.LongestArchitecture &&
        body.Architecture.All(c => c is > ' ' and < '\x7F') &&
        body.Dtypes.Count <= Formats.Facts.MostDtypes && body.Dtypes.All(IsSound) &&
        body.ShardsPresent <= body.ShardsExpected && body.ShardsExpected <= MostShards &&
        body.BrokenFiles <= MostShards &&
        body.Hazards.Count <= MostHazards && body.Hazards.All(IsLabel);

    private static bool IsSound(V1.DtypeCount body) =>
        body.Dtype.Length is > 0 and <= LongestDtype && body.Dtype.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') &&
        body.Parameters <= MostCount && body.Bytes <= MostCount;

    private static bool IsLabel(string text) =>
        text.Length is > 0 and <= LongestHazard && text.All(c => char.IsAsciiLetterLower(c) || c == '-');
}
