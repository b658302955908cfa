using System.Net;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// The third liar of scenario 23 of the reference: three nodes in ten claim every slice, hold nothing, and answer each
/// challenge with what they fetch from a holder, be it from the one who asks. No audit finds that out; timed hashes
/// tell that they are slow. They stand in two networks, so by the count of failure domains they are two copies of a
/// slice and never more: nothing is released, by trimming or by draining, on the strength of receipts of one network
/// alone.
/// </summary>
internal sealed class Outsourcing : Scenario
{
    private const int Copies = 5, Many = 8, Models = 4, Slices = 4, Networks = 2, Real = Copies - Networks;

    public override string Name => "outsource";
    public override string Story =>
        "30 %, in two /24s, claim all, hold nothing and prove it from the disks of others; trims and drains go on";
    public override int DefaultNodes => 20;
    protected override Policy Policy => new(Copies, Pace.Drill, DomainRule.Subnet, 64 * MiB);

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace)
    {
        var world = base.Build(seed, nodes, trace);
        var honest = nodes - nodes * 3 / 10;
        for (var node = 0; node < nodes; node++)
            world.Net.Settle(node, new IPAddress(node < honest
                ? [(byte)(20 + node / 200), (byte)(node % 200), 7, 1]
                : [98, (byte)(node % Networks), 7, (byte)node]));
        for (var node = honest; node < nodes; node++) world.Audits.Outsourcers.Add(node);
        world.Releases.Feigned = Networks;
        return world;
    }

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        var liars = world.Nodes.Where(n => world.Audits.Outsourcers.Contains(n.Number)).ToList();
        var honest = world.Nodes.Except(liars).ToList();
        SetQuota(world, 4096 * MiB);
        StartAll(world);
        world.RunFor(5 * Second);
        for (var model = 0; model < Models; model++) Catalogue(world, model, honest, liars);
        CopiesReach(world, Real, 3 * Minute);
        world.RunFor(Minute);
        figures["fewest real copies"] = Fewest(world, Real, _ => true);
        Trim(world, figures);
        Drain(world, honest, figures);
        figures["fewest after the drains"] = Fewest(world, Real, _ => true);
        world.RunFor(2 * world.Pace.TimedMs);
        figures["% of false copies seen to be slow"] = Slow(world, honest, liars);
        if (world.Releases.Given.Unproven > 0) throw new ScenarioFailedException("something was given up unproven");
        foreach (var liar in liars) world.Stop(liar.Number, hostToo: true);
        figures["s to target copies without them"] = CopiesReach(world, Copies, 10 * Minute) / Second;
    }

    private static void Catalogue(SimWorld world, int number, List<SimNode> honest, List<SimNode> liars)
    {
        var at = honest[(int)world.Random.Below(honest.Count)].Number;
        var entry = world.AddModel(at, number, Slices, 64 * MiB, copies: number % 2 == 0 ? Many : Copies);
        foreach (var liar in liars)
        {
            for (var slice = 0; slice < entry.Slices; slice++) liar.Faults.Hide(entry.ModelId, slice);
            liar.Handle(
                new Core.Gossip.CoreInput.SlicesHeld(entry.ModelId, SliceSet.All(entry.Slices), InPlace: true),
                EventKind.Verified);
        }
    }

    private static void Trim(SimWorld world, SortedDictionary<string, long> figures)
    {
        const int Floor = Real + ReleaseRule.TrimMargin;
        var trimmed = world.Entries.Where(e => e.Copies == Many).Select(e => e.ModelId).ToHashSet();
        foreach (var model in trimmed) world.ChangeCopies(0, model, Copies);
        figures["s to trim"] = world.RunUntil("surplus is trimmed", 20 * Minute, Second,
            () => Fewest(world, Floor, trimmed.Contains) == Floor,
            () => world.CopiesInWords() + "\n  " + string.Join("\n  ",
                world.Nodes.SelectMany(n => n.Core.Releases.Select(r => $"n{n.Number}: {r}")))) / Second;
        world.RunFor(2 * Minute);
        figures["slices trimmed"] = world.Releases.Given.Proven;
        figures["fewest after the trims"] = Fewest(world, Floor, trimmed.Contains);
    }

    private static void Drain(SimWorld world, List<SimNode> honest, SortedDictionary<string, long> figures)
    {
        var leaving = world.Random.Pick(honest.Count - 1, honest.Count / 4).Select(n => honest[n + 1]).ToList();
        foreach (var node in leaving) node.Describe(draining: true);
        foreach (var node in leaving) node.Demand(ReleaseReason.Drain, long.MaxValue);
        figures["s to empty donations"] = world.RunUntil("the drained nodes hold nothing", 10 * Minute, Second,
            () => leaving.All(n => n.Disk.Intact.Keys.All(k => n.Disk.Intact[k] == 0)), world.CopiesInWords) / Second;
    }

    private static int Fewest(SimWorld world, int floor, Predicate<Core.Hash256> of)
    {
        var fewest = world.Entries.Where(e => of(e.ModelId)).Min(
            e => Enumerable.Range(0, e.Slices).Min(slice => world.Oracle.Copies(e.ModelId, slice)));
        return fewest >= floor ? fewest
            : throw new ScenarioFailedException($"fewer than {floor} real copies: {world.CopiesInWords()}");
    }

    private static long Slow(SimWorld world, List<SimNode> honest, List<SimNode> liars)
    {
        var slow = honest.SelectMany(n => n.Core.TimedHashes.Copies).Where(c => c.Value.WasSlow).Select(c => c.Key)
            .ToHashSet();
        if (slow.FirstOrDefault(c => !liars.Contains(world.NodeOf(c.Holder))) is { Model.IsZero: false } wronged)
            throw new ScenarioFailedException($"n{world.NodeOf(wronged.Holder).Number} holds, and is called slow");
        return 100 * slow.Count / liars.Sum(n => n.Core.Held.Values.Sum(slices => slices.Count));
    }
}
