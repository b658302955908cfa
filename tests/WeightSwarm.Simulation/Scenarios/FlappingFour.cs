using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>Scenario 5 of the reference: four sides that part and meet every ten minutes, for six hours.</summary>
internal sealed class FlappingFour : RealScenario
{
    public override string Name => "flap-4";
    public override string Story => "four sides part and meet every 10 min for 6 h; no oscillation, no releases";
    public override int DefaultNodes => 24;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        Fill(world, figures);
        var sides = world.Nodes.Select(_ => (int)world.Random.Below(4)).ToArray();
        var begun = new SortedDictionary<(int Side, Core.Hash256 Model, int Slice), int>();
        world.FetchBegan = (node, model, slice) =>
        {
            var key = (sides[node.Number], model, slice);
            begun[key] = begun.GetValueOrDefault(key) + 1;
        };
        for (var flap = 0; flap < 18; flap++)
        {
            world.Net.Cut(node => sides[node]);
            world.RunFor(10 * Minute);
            world.Net.Cut(_ => 0);
            world.RunFor(10 * Minute);
        }
        NothingIsReleased(world);
        figures["fetches while flapping"] = begun.Values.Sum();
        // Six hours are less than the life of a claim.
        foreach (var ((side, _, slice), count) in begun)
            if (count > 1)
                throw new ScenarioFailedException($"side {side} claimed slice {slice} {count} times");
        world.FetchBegan = null;
        ConvergesAgain(world, figures, 5 * Minute);
    }
}
