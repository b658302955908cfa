using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 12 of the reference: the database is deleted, or found damaged and put aside, on one node and then on three
/// in ten at once. They join anew, read what lies in their donations, and hold it again; not a byte is deleted.
/// </summary>
internal sealed class LostDatabase : RealScenario
{
    private const long JoinMs = 5 * Minute;

    public override string Name => "database-lost";
    public override string Story => "1 node and then 30 % lose their databases; their data is read and held again";
    public override int DefaultNodes => 20;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        Fill(world, figures);
        var made = world.Metrics.FetchedBytes;
        figures["s until one holds all again"] =
            Lose(world, [1 + (int)world.Random.Below(world.Nodes.Length - 1)]) / Second;
        world.RunFor(Hour);
        var some = world.Random.Pick(world.Nodes.Length - 1, world.Nodes.Length * 3 / 10).ConvertAll(n => n + 1);
        figures["s until 30 % hold all again"] = Lose(world, some) / Second;
        ConvergesAgain(world, figures, 10 * Minute);
        NothingIsReleased(world);
        figures["MiB fetched needlessly"] = (world.Metrics.FetchedBytes - made) >> 20;
    }

    private static long Lose(SimWorld world, List<int> numbers)
    {
        var before = numbers.ToDictionary(n => n, n => world.Nodes[n].Disk.Intact.Keys.ToList());
        foreach (var number in numbers)
        {
            world.Stop(number, hostToo: false);
            world.Nodes[number].LoseStore();
        }
        world.RunFor(Minute);
        foreach (var number in numbers) world.Start(number, 0);
        var scanMs = before.Max(b => b.Value.Sum(k => world.Entry(k.Model).SliceBytes(k.Slice)))
            * Second / world.ReadBytesPerSecond;
        return world.RunUntil("all that lay there is held again", JoinMs + scanMs, Second,
            () => before.All(b => b.Value.All(k => Holds(world.Nodes[b.Key], k))),
            () => string.Join(", ", before.Select(b =>
                $"n{b.Key} {b.Value.Count(k => Holds(world.Nodes[b.Key], k))} of {b.Value.Count}")));
    }

    private static bool Holds(SimNode node, (Core.Hash256 Model, int Slice) key)
    {
        if (!node.Disk.Has(key.Model, key.Slice))
            throw new ScenarioFailedException($"n{node.Number} has deleted slice {key.Slice} without its database");
        return node.Core.Held.TryGetValue(key.Model, out var held) && held.Contains(key.Slice);
    }
}
