using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>Scenario 4 of the reference: two halves for a day, then whole again.</summary>
internal sealed class SplitDay : RealScenario
{
    public override string Name => "split-day";
    public override string Story => "two halves for 24 h, pace real; each keeps what it had, views equal in 5 min";
    public override int DefaultNodes => 24;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        Fill(world, figures);
        var half = world.Random.Pick(world.Nodes.Length, world.Nodes.Length / 2);
        var before = new[] { CopiesOn(world, n => !half.Contains(n)), CopiesOn(world, half.Contains) };
        world.Net.Cut(node => half.Contains(node) ? 1 : 0);
        for (var hour = 0; hour < 24; hour++)
        {
            world.RunFor(Hour);
            HalvesKeep(before, [CopiesOn(world, n => !half.Contains(n)), CopiesOn(world, half.Contains)]);
        }
        world.Net.Cut(_ => 0);
        ConvergesAgain(world, figures, 5 * Minute);
        world.RunFor(Day);
        HalvesKeep(before, [CopiesOn(world, n => !half.Contains(n)), CopiesOn(world, half.Contains)]);
        var most = CopiesOn(world, _ => true).Values.Max();
        figures["most copies"] = most;
        // Each half makes at most what it lacks (the theorem of gossip-planner 3.4).
        if (most > 2 * Copies) throw new ScenarioFailedException($"a slice has {most} copies: {world.CopiesInWords()}");
        NothingIsReleased(world);
    }

    private static void HalvesKeep(
        SortedDictionary<(Core.Hash256, int), int>[] before, SortedDictionary<(Core.Hash256, int), int>[] now)
    {
        for (var side = 0; side < 2; side++)
            foreach (var (key, copies) in before[side])
                if (now[side][key] < copies)
                    throw new ScenarioFailedException(
                        $"side {side} had {copies} copies of slice {key.Item2} and has {now[side][key]}");
    }
}
