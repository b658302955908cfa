using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Records;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>What scenarios at pace real have in common: some models with five copies, and the last checks.</summary>
internal abstract class RealScenario : Scenario
{
    protected const int Copies = 5, Models = 8, Slices = 4;

    protected override Policy Policy => new(Copies, Pace.Real, DomainRule.Node, 128 * MiB);

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace) => new(seed, nodes, Policy, trace)
    {
        FetchStepMs = 10 * Second,
        FetchPatienceMs = 5 * Minute,
        DownBytesPerSecond = 25_000_000,
        UpBytesPerSecond = 10_000_000,
    };

    /// <summary>Every node runs, and every slice has the copies that are wanted.</summary>
    protected static void Fill(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 100L << 30);
        StartAll(world);
        world.RunFor(10 * Minute);
        for (var model = 0; model < Models; model++)
            world.AddModel((int)world.Random.Below(world.Nodes.Length), model, Slices, 128 * MiB);
        figures["s to target copies"] = CopiesReach(world, Copies, Day / 2) / Second;
        // Until the claims of the beginning are over.
        world.RunFor(Day + Hour);
    }

    /// <summary>Faults have stopped: L1, L2 and L4 of the reference.</summary>
    protected static void ConvergesAgain(SimWorld world, SortedDictionary<string, long> figures, long viewsWithinMs)
    {
        figures["ms to equal views"] = ViewsBecomeEqual(world, viewsWithinMs);
        figures["s to target copies again"] = CopiesReach(world, Copies, 4 * Day) / Second;
        figures["s until all see all"] = world.RunUntil("everybody sees everybody", 15 * Minute, 10 * Second,
            () => !world.AnyFalselyMissed(), () => world.WhoIsFalselyMissed() ?? "") / Second;
        foreach (var node in world.Live) NothingIsStale(node);
        EverybodySaysWhatHeHas(world);
    }

    /// <summary>Nobody may take a node that runs for absent for longer than it takes to deny it.</summary>
    protected static void NobodyIsMissed(SimWorld world, long forMs, long everyMs)
    {
        var lastGoodMs = world.NowMs;
        for (var until = world.NowMs + forMs; world.NowMs < until;)
        {
            world.RunFor(everyMs);
            if (world.WhoIsFalselyMissed() is not { } words) lastGoodMs = world.NowMs;
            else if (world.NowMs - lastGoodMs > 10 * Minute) throw new ScenarioFailedException(words);
        }
    }

    /// <summary>I3, once more at rest: every holding on record, by now, is what its author's disk has.</summary>
    private static void EverybodySaysWhatHeHas(SimWorld world)
    {
        foreach (var record in world.Live.First().Core.Records.Where(r => r.Kind == RecordKind.Holding))
        {
            var model = RecordBodies.ModelOf(record);
            foreach (var slice in SliceSet.FromBitmap(RecordBodies.Holding(record).Verified.Span, 1 << 16).Slices)
                if (!world.NodeOf(record.Author).Disk.Has(model, slice))
                    throw new ScenarioFailedException($"I3: {Words.Of(world, record)}, without slice {slice} on disk");
        }
    }

    /// <summary>L4: no claim and no intent is older than its lease.</summary>
    private static void NothingIsStale(SimNode node)
    {
        foreach (var record in node.Core.Records)
            if (record.Kind is RecordKind.Claim or RecordKind.ReleaseIntent &&
                record.IssuedMs + record.TtlMs + node.Core.Charter!.Policy.Pace.ClockSkewMs < node.Now.UnixMs)
                throw new ScenarioFailedException($"L4: n{node.Number} keeps a {record.Kind} whose lease is over");
    }

    /// <summary>Copies of every slice on some nodes' disks.</summary>
    protected static SortedDictionary<(Core.Hash256, int), int> CopiesOn(SimWorld world, Func<int, bool> which)
    {
        var copies = new SortedDictionary<(Core.Hash256, int), int>();
        foreach (var entry in world.Entries)
            for (var slice = 0; slice < entry.Slices; slice++)
                copies.Add((entry.ModelId, slice), world.Oracle.Holders(entry.ModelId, slice).Count(which));
        return copies;
    }

    protected static void NothingIsReleased(SimWorld world)
    {
        if (world.Releases.Given is not (0, 0))
            throw new ScenarioFailedException($"{world.Releases.Given} slices were given up; none had to be");
    }
}
