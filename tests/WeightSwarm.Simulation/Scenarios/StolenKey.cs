using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 25 of gossip-planner section 8.1: a thief has a curator's key. He adds far more than its budget, delists
/// and belittles what it had added and what others had, and a node dies at the same time. Then the key is revoked.
/// </summary>
internal sealed class StolenKey : Scenario
{
    private const int Slices = 6, Junk = 40;
    private const long SliceBytes = 64 * MiB, Budget = 2048 * MiB;

    public override string Name => "stolen-key";
    public override string Story => "nine nodes, pace drill, 3 copies; a curator's key is stolen, and taken back";
    public override int DefaultNodes => 9;
    protected override Policy Policy => new(3, Pace.Drill, DomainRule.Node, SliceBytes);

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        var stolen = new SimKey(world.Seed, -2);
        SetQuota(world, 1536 * MiB);
        StartAll(world);
        world.PublishCharter(0, new Curator([.. stolen.PublicKey], 0, "", Budget));
        world.RunFor(5 * Second);
        var founders = world.AddModel(0, 1, 2 * Slices, SliceBytes);
        var curators = world.AddModel(0, stolen, 2, Slices, SliceBytes);
        CopiesReach(world, 3, 3 * Minute);
        world.RunFor(Policy.Pace.CuratorSettleMs);

        var junk = Steal(world, stolen, founders, curators);
        var victim = world.Nodes.Skip(2).MaxBy(n => n.Disk.Intact.Count)!;
        world.Stop(victim.Number, hostToo: true);
        world.RunFor(15 * Second);
        figures["junk models cared for"] = world.Nodes[0].Core.View!.Models.Count(m => junk.Contains(m.Entry.ModelId));
        if (figures["junk models cared for"] * Slices * SliceBytes > Budget)
            throw new ScenarioFailedException("the thief's models are cared for beyond the budget");

        // What `network curator remove KEY --since THEFT` does.
        world.Catalogue(0, world.Founder, curators);
        world.PublishCharter(0);
        figures["ms to be rid of the junk"] = world.RunUntil("no junk in any view", Minute, world.TickMs,
            () => world.Live.All(n => n.Core.View!.Models.All(m => !junk.Contains(m.Entry.ModelId))));
        figures["ms to 3 copies after that"] = world.RunUntil("3 copies of what is not junk", 5 * Minute, Second,
            () => Fewest(world, founders) >= 3 && Fewest(world, curators) >= 3, world.CopiesInWords);
        world.RunFor(3 * Minute);
        if (world.Releases.Given != (0, 0))
            throw new ScenarioFailedException($"slices were given up for the thief: {world.Releases.Given}");
    }

    private static SortedSet<Core.Hash256> Steal(SimWorld world, SimKey key, Entry founders, Entry curators)
    {
        world.Catalogue(1, key, founders with { Copies = 1 });
        world.Catalogue(1, key, founders with { Active = false });
        world.Catalogue(1, key, curators with { Copies = 1 });
        SortedSet<Core.Hash256> junk = [];
        for (var number = 0; number < Junk; number++)
            junk.Add(world.AddModel(1, key, 100 + number, Slices, SliceBytes, copies: 64).ModelId);
        world.Catalogue(1, key, curators with { Active = false });
        return junk;
    }

    private static int Fewest(SimWorld world, Entry entry) =>
        Enumerable.Range(0, entry.Slices).Min(slice => world.Oracle.Copies(entry.ModelId, slice));
}
