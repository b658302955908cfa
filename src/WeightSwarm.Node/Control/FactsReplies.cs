using WeightSwarm.Core.Formats;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>What is known of weights, as the CLI gets it.</summary>
internal static class FactsReplies
{
    /// <summary>Of what was just read.</summary>
    public static ModelFactsInfo Of(ModelFacts facts) => Of(facts.Facts, facts.MissingShards);

    /// <summary>Of an entry; null where nobody looked. Which shards lack, the names of the others say.</summary>
    public static ModelFactsInfo? Of(Core.Catalogue.Entry entry, IEnumerable<string> paths) => entry.Facts is { } facts
        ? Of(facts, ShardSets.Of(paths.Where(path => FileForms.IsWeights(FileForms.Of(path, [])))).Missing)
        : null;

    private static ModelFactsInfo Of(Core.Formats.Facts facts, IEnumerable<string> missing)
    {
        var info = new ModelFactsInfo
        {
            Parameters = (ulong)facts.Parameters,
            Architecture = facts.Architecture,
            ShardsPresent = (uint)facts.ShardsPresent,
            ShardsExpected = (uint)facts.ShardsExpected,
            BrokenFiles = (uint)facts.BrokenFiles,
        };
        info.Dtypes.AddRange(facts.Dtypes.Select(d => new DtypeInfo
        {
            Dtype = d.Dtype,
            Parameters = (ulong)d.Parameters,
            Bytes = (ulong)d.Bytes,
        }));
        info.MissingShards.AddRange(missing);
        info.Hazards.AddRange(facts.Hazards);
        return info;
    }
}
