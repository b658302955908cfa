using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.World;

/// <summary>Questions that scenarios ask about the state of the world.</summary>
internal static class Checks
{
    /// <summary>Every running node has the same records (L1).</summary>
    public static bool ViewsEqual(this SimWorld world) => world.Live.Select(RecordsOf).Distinct().Count() <= 1;

    /// <summary>How the record sets differ, in words.</summary>
    public static string HowViewsDiffer(this SimWorld world)
    {
        var sets = world.Live.ToDictionary(n => n.Number, n => n.Core.Records.ToDictionary(r => r.Key));
        var all = sets.Values.SelectMany(s => s.Keys).Distinct().Order().ToList();
        var lines = all.Where(k => sets.Values.Select(s => s.GetValueOrDefault(k)?.Id).Distinct().Count() > 1)
            .Select(k => $"{k.Kind} of {Words.Name(world, k.Author)}: " + string.Join(", ", sets.Select(s =>
                $"n{s.Key} {(s.Value.TryGetValue(k, out var r) ? (r.Seq % 1_000_000_000).ToString() : "none")}")));
        return string.Join("\n  ", lines.Take(12).Prepend($"{sets.Count} nodes, {all.Count} registers, these differ:"));
    }

    /// <summary>Intact copies of the slice that has the fewest, on running nodes.</summary>
    public static int FewestCopies(this SimWorld world) =>
        SlicesOf(world).Min(s => world.Oracle.Copies(s.Model, s.Slice));

    /// <summary>All intact copies on running nodes.</summary>
    public static int TotalCopies(this SimWorld world) =>
        SlicesOf(world).Sum(s => world.Oracle.Copies(s.Model, s.Slice));

    /// <summary>Slices with no intact copy on any disk, running or not, that may come back.</summary>
    public static int LostSlices(this SimWorld world, Func<SimNode, bool> survives) =>
        SlicesOf(world).Count(s => !world.Nodes.Any(n => survives(n) && n.Disk.Has(s.Model, s.Slice)));

    /// <summary>Copies beyond the target, on running nodes.</summary>
    public static int SurplusCopies(this SimWorld world) => SlicesOf(world).Sum(s =>
        Math.Max(0, world.Oracle.Copies(s.Model, s.Slice) - TargetOf(world, s.Model)));

    /// <summary>Copies by number: "2 x 12, 3 x 4".</summary>
    public static string CopiesInWords(this SimWorld world) => string.Join(", ", SlicesOf(world)
        .GroupBy(s => world.Oracle.Copies(s.Model, s.Slice)).OrderBy(g => g.Key)
        .Select(g => $"{g.Key} copies x {g.Count()}"));

    /// <summary>The health of the worst model as one node sees it.</summary>
    public static ModelHealth? WorstHealth(this SimNode node) => node.Core.View is { Models.Length: > 0 } view
        ? HealthReport.Of(view, node.Now).Models.MaxBy(m => m.Risk)
        : null;

    /// <summary>A node's plan in words.</summary>
    public static string PlanInWords(this SimNode node) => string.Join("; ", node.Core.Plan.Steps
        .Where(s => s.Action != PlanAction.Keep).GroupBy(s => (s.Action, s.Reason))
        .Select(g => $"{g.Key.Action} x {g.Count()}: {g.Key.Reason}"));

    /// <summary>Whether a node sees another as absent.</summary>
    public static bool Misses(this SimNode node, NodeId other) => node.Core.AbsentSinceMs(other) is not null;

    /// <summary>Whether a running node takes another one for absent that runs and is awake.</summary>
    public static bool AnyFalselyMissed(this SimWorld world) => world.WhoIsFalselyMissed() is not null;

    /// <summary>Who takes whom wrongly for absent, in words; null for nobody.</summary>
    public static string? WhoIsFalselyMissed(this SimWorld world)
    {
        foreach (var node in world.Live)
            foreach (var other in world.Live)
                if (node.Awake && other.Awake && node.Misses(other.Id))
                    return $"n{node.Number} takes n{other.Number} for absent, which runs";
        return null;
    }

    public static int TargetOf(this SimWorld world, Hash256 model) =>
        world.Entry(model).Copies is > 0 and var copies ? copies : world.Policy.Copies;

    private static IEnumerable<(Hash256 Model, int Slice)> SlicesOf(SimWorld world) =>
        world.Entries.SelectMany(e => Enumerable.Range(0, e.Slices).Select(s => (e.ModelId, s)));

    private static Hash256 RecordsOf(SimNode node)
    {
        using var stream = new MemoryStream();
        foreach (var record in node.Core.Records) stream.Write(record.Id.ToArray());
        return Hash256.Of(stream.GetBuffer().AsSpan(0, (int)stream.Length));
    }
}
