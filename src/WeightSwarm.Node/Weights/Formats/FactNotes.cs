using WeightSwarm.Core.Formats;

namespace WeightSwarm.Node.Weights.Formats;

/// <summary>What the owner of a model should hear about its weights.</summary>
internal static class FactNotes
{
    private const int MostOfAKind = 8;

    public static IEnumerable<string> Of(ModelFacts facts) =>
    [
        .. Some(facts.Faults.Select(f => $"broken, and preserved as it is: {f}")),
        .. Some(facts.MissingShards.Select(path => $"missing: '{path}'")),
        .. Some(facts.Hazards.Where(h => h.Label != HazardLabels.ContainsPickle)
            .Concat(facts.Hazards.Where(h => h.Label == HazardLabels.ContainsPickle))
            .DistinctBy(h => h.File).Select(h => $"{h.Label}: '{h.File}' {h.Why}")),
        .. Some(facts.Notes),
    ];

    private static List<string> Some(IEnumerable<string> notes)
    {
        var all = notes.ToList();
        if (all.Count <= MostOfAKind) return all;
        return [.. all.Take(MostOfAKind), $"and {all.Count - MostOfAKind} more of this kind"];
    }
}
