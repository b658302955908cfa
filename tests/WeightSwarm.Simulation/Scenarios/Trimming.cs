using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// The catalogue wants fewer copies from one moment on: everybody may trim, and nobody trims too much.
/// </summary>
internal sealed class Trimming : Scenario
{
    public override string Name => "trim";
    public override string Story => "ten nodes, pace drill, 7 copies of 12 slices; the entry then wants 2, and 4 stay";
    public override int DefaultNodes => 10;
    protected override Policy Policy => new(2, Pace.Drill, DomainRule.Node, 64 * MiB);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 4096 * MiB);
        StartAll(world);
        world.RunFor(5 * Second);
        var entry = world.AddModel(0, 1, 12, 64 * MiB, copies: 7);
        CopiesReach(world, 7, 3 * Minute);
        world.ChangeCopies(0, entry.ModelId, 2);
        var floor = 2 + ReleaseRule.TrimMargin;
        figures["ms to the margin"] = world.RunUntil("surplus is trimmed", 20 * Minute, Second,
            () => Fewest(world, floor) == floor && Most(world, entry) == floor,
            () => world.CopiesInWords() + "\n  " + string.Join("\n  ",
                world.Nodes.SelectMany(n => n.Core.Releases.Select(r => $"n{n.Number}: {r}"))));
        figures["slices given up"] = world.Releases.Given.Proven;
        world.RunFor(2 * Minute);
        Fewest(world, floor);
    }

    private static int Fewest(SimWorld world, int floor)
    {
        var fewest = world.FewestCopies();
        return fewest >= floor ? fewest
            : throw new ScenarioFailedException($"a trim left fewer than {floor}: {world.CopiesInWords()}");
    }

    private static int Most(SimWorld world, Entry entry) =>
        Enumerable.Range(0, entry.Slices).Max(slice => world.Oracle.Copies(entry.ModelId, slice));
}
