using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>Wall clocks differ by as much as is allowed, and one by more.</summary>
internal sealed class ClockSkew : Scenario
{
    public override string Name => "clock-skew";
    public override string Story =>
        "clocks off by up to half the allowed skew; one far ahead: it is not heard, until mended";
    public override int DefaultNodes => 8;
    protected override Policy Policy => new(3, Pace.Drill, DomainRule.Node, 64 * MiB);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 4096 * MiB);
        // Any two of the good clocks differ by less than the allowance.
        var most = Pace.Drill.ClockSkewMs / 2;
        foreach (var node in world.Nodes) node.Clock.Jump(0, world.Random.Below(2 * most) - most);
        var bad = world.Nodes[^1];
        bad.Clock.SetRight(0);
        bad.Clock.Jump(0, 10 * Minute);
        StartAll(world);
        world.RunFor(5 * Second);
        world.AddModel(0, 1, 16, 64 * MiB);
        figures["ms to target copies"] = world.RunUntil("3 copies at the good clocks", 2 * Minute, world.TickMs,
            () => GoodCopies(world, bad) >= 3, world.CopiesInWords);
        world.RunFor(20 * Second);
        NothingMoves(world, 30 * Second);
        foreach (var node in world.Nodes.Where(n => n != bad))
        {
            if (node.Core.Nodes.ContainsKey(bad.Id))
                throw new ScenarioFailedException($"n{node.Number} believes a record from ten minutes ahead");
            foreach (var other in world.Nodes.Where(o => o != bad))
                if (node.Misses(other.Id))
                    throw new ScenarioFailedException($"n{node.Number} misses n{other.Number}, which runs");
        }
        LossIsSeen(world, figures, bad);
        Mend(world, figures, bad);
    }

    private static void LossIsSeen(SimWorld world, SortedDictionary<string, long> figures, SimNode bad)
    {
        var victim = world.Nodes[..^1].Skip(1).MaxBy(n => n.Disk.Intact.Count)!;
        world.Stop(victim.Number, hostToo: true);
        figures["ms to miss the dead"] = world.RunUntil("the dead node is missed", Minute, world.TickMs,
            () => world.Live.Where(n => n != bad).All(n => n.Misses(victim.Id)));
        figures["ms to repair"] = world.RunUntil("3 copies again", 3 * Minute, world.TickMs,
            () => GoodCopies(world, bad) >= 3, world.CopiesInWords);
    }

    /// <summary>The clock is set right and the daemon restarted, as an operator would.</summary>
    private static void Mend(SimWorld world, SortedDictionary<string, long> figures, SimNode bad)
    {
        world.Stop(bad.Number, hostToo: false);
        bad.Clock.SetRight(world.NowMs);
        world.Start(bad.Number, 0);
        // Its sequence is ten minutes ahead: it is heard when time has caught up.
        figures["ms until the mended clock is heard"] = world.RunUntil("the mended node is heard", 11 * Minute, Second,
            () => world.Live.All(n => n.Core.Nodes.ContainsKey(bad.Id)));
        ViewsBecomeEqual(world, Minute);
    }

    private static int GoodCopies(SimWorld world, SimNode bad) => world.Entries.Min(e => Enumerable.Range(0, e.Slices)
        .Min(s => world.Live.Count(n => n != bad && n.Disk.Has(e.ModelId, s))));
}
