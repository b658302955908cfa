using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// The second half of scenario 18 of the reference: a virtual machine is cloned, and two nodes run with one key. Both
/// find out, take on nothing while the other is there, and do not quarrel; when one is gone the other recovers.
/// </summary>
internal sealed class CloneOfANode : RealScenario
{
    /// <summary>Of two nodes that say once of each model what they hold, and each quarter of an hour that they
    /// live.</summary>
    private const int MostWords = 250;

    public override string Name => "clone";
    public override string Story => "two nodes run with one key: both find out, and take on nothing until one is gone";
    public override int DefaultNodes => 12;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        var clone = world.Nodes[^1];
        SetQuota(world, 100L << 30);
        StartAllBut(world, clone.Number);
        world.RunFor(10 * Minute);
        for (var model = 0; model < Models; model++)
            world.AddModel((int)world.Random.Below(clone.Number), model, Slices, 128 * MiB);
        figures["s to target copies"] = CopiesReach(world, Copies, Day / 2) / Second;
        world.RunFor(Day + Hour);

        var original = world.Nodes[1 + (int)world.Random.Below(clone.Number - 1)];
        clone.Clone(original);
        world.Start(clone.Number, 0);
        figures["s until both know"] = world.RunUntil("both know of each other", 10 * Minute, Second,
            () => original.Core.WhyCloned is not null && clone.Core.WhyCloned is not null,
            () => $"original: {original.Core.WhyCloned}; clone: {clone.Core.WhyCloned}") / Second;
        NeitherTakes(world, original, clone, figures);

        world.Stop(clone.Number, hostToo: true);
        world.RunFor(Policy.Pace.LeaseTtlMs + 2 * Day);
        if (original.Core.WhyCloned is { } still)
            throw new ScenarioFailedException($"the clone is long gone, and still: {still}");
        figures["fewest copies at the end"] = world.FewestCopies();
        if (world.FewestCopies() < Copies) throw new ScenarioFailedException(world.CopiesInWords());
    }

    private static void StartAllBut(SimWorld world, int last)
    {
        world.Start(0);
        world.PublishCharter(0);
        for (var node = 1; node < last; node++)
        {
            world.RunFor(Second);
            world.Start(node, 0);
        }
    }

    private static void NeitherTakes(
        SimWorld world, SimNode original, SimNode clone, SortedDictionary<string, long> figures)
    {
        world.FetchBegan = (node, _, _) =>
        {
            if (node == original || node == clone)
                throw new ScenarioFailedException($"n{node.Number} takes on a slice beside its clone");
        };
        SortedSet<Core.Hash256> words = [];
        for (var model = Models; model < 3 * Models; model++)
            world.AddModel(0, model, Slices, 128 * MiB);
        for (var minute = 0; minute < 24 * 60; minute++)
        {
            world.RunFor(Minute);
            words.UnionWith(world.Nodes[0].Core.Records.Where(r => r.Author == original.Id).Select(r => r.Id));
        }
        world.FetchBegan = null;
        figures["records of the two in a day"] = words.Count;
        if (words.Count > MostWords)
            throw new ScenarioFailedException("the two quarrel about what their key says");
        figures["copies of new slices"] = world.FewestCopies();
        if (world.FewestCopies() < Copies) throw new ScenarioFailedException(world.CopiesInWords());
    }
}
