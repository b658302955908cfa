using System.Net;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// An open network with four fifths of its room in one autonomous system, as its nodes say. No slice has more than half
/// of its copies there; when all but one of the others are gone for good, the copies are made there all the same.
/// </summary>
internal sealed class OneSystem : RealScenario
{
    private const int Most = (Copies + 1) / 2;

    public override string Name => "one-as";
    public override string Story => "8 nodes of 10 in one autonomous system; then all others but one die, pace real";
    public override int DefaultNodes => 20;
    protected override Policy Policy => base.Policy with { Domains = DomainRule.Subnet };

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace)
    {
        var world = base.Build(seed, nodes, trace);
        foreach (var node in world.Nodes)
        {
            world.Net.Settle(node.Number, new IPAddress([20, (byte)node.Number, 7, 1]));
            (node.Asn, node.Country) = (node.Number % 10) switch { 8 => (2u, "FR"), 9 => (3u, "NL"), _ => (1u, "DE") };
        }
        return world;
    }

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        SetQuota(world, 100L << 30);
        StartAll(world);
        world.RunFor(10 * Minute);
        for (var model = 0; model < Models; model++) Add(world, model);
        CopiesReach(world, Copies, Hour);
        figures["slices above the share"] = Above(world);
        if (Above(world) > 0) throw new ScenarioFailedException($"more than {Most} copies of a slice are in AS1");
        AddAtOnce(world, figures);

        foreach (var node in world.Nodes.Where(n => n.Asn > 1).SkipLast(1)) world.Stop(node.Number, hostToo: true);
        ConvergesAgain(world, figures, 30 * Minute);
        figures["slices above the share when it is alone"] = Above(world);
        world.RunFor(Hour);
        NothingMoves(world, Day);
        NothingIsReleased(world);
    }

    private static void Add(SimWorld world, int model)
    {
        world.AddModel((int)world.Random.Below(world.Nodes.Length), model, Slices, 128 * MiB);
        CopiesReach(world, Copies, Hour);
    }

    /// <summary>Those outside cannot take their part in time: the crowded ones do not wait for them for long.</summary>
    private static void AddAtOnce(SimWorld world, SortedDictionary<string, long> figures)
    {
        for (var model = Models; model < 2 * Models; model++)
            world.AddModel((int)world.Random.Below(world.Nodes.Length), model, Slices, 128 * MiB);
        CopiesReach(world, Copies, Day / 2);
        world.RunFor(Day + Hour);
        figures["slices above the share, added at once"] = Above(world);
        figures["slices"] = world.Entries.Sum(e => e.Slices);
    }

    private static int Above(SimWorld world) =>
        CopiesOn(world, node => world.Nodes[node].Asn == 1).Values.Count(copies => copies > Most);
}
