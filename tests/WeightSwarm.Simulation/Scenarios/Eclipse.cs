using WeightSwarm.Core.Gossip;
using WeightSwarm.Simulation.Hostile;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// Scenario 22 of the reference: nine of ten addresses that a node knows are one owner's, whose nodes dial it, let
/// themselves be linked, and pass nothing on. Nodes restart, one after the other; each must find an honest neighbour,
/// and see everything that it missed.
/// </summary>
internal sealed class Eclipse() : Besieged(PerHonest)
{
    private const int PerHonest = 9, Victims = 20;

    public override string Name => "eclipse";
    public override string Story => "20 restarts among nine hostile nodes for each honest one; nobody is shut in";
    public override int DefaultNodes => 20;

    public override void Run(SimWorld world, SortedDictionary<string, long> figures)
    {
        var honest = Honest(world);
        var crowd = new Crowd(world, honest, networks: 2_000);
        SetQuota(world, 100L << 30);
        StartFirst(world, honest, Second);
        world.RunFor(Day + Hour);
        crowd.Come(Hour, streams: 3);
        world.RunFor(Day);
        for (var restart = 0; restart < Victims; restart++) Restart(world, crowd, figures, restart % honest);
    }

    private static void Restart(SimWorld world, Crowd crowd, SortedDictionary<string, long> figures, int victim)
    {
        world.Stop(victim, hostToo: true);
        world.RunFor(10 * Minute);
        var other = (victim + 1) % world.Live.Count();
        var missed = world.AddModel(world.Nodes[other].Up ? other : world.AnyLive(), 1000 + (int)world.Starts, 1,
            128 * MiB);
        world.Start(victim);
        crowd.Besiege(victim);
        var node = world.Nodes[victim];
        node.Handle(new CoreInput.Found([.. crowd.Nodes.Take(32).Select(n => world.Net.AddressOf(n.Number))]),
            EventKind.Start);
        Most(figures, "s to an honest neighbour", world.RunUntil(
            $"n{victim} has an honest neighbour", 15 * Minute, Second,
            () => HonestNeighbours(world, node) > 0, () => Words(world, node)) / Second);
        Most(figures, "s to what it missed", world.RunUntil(
            $"n{victim} sees what it missed", 15 * Minute, Second,
            () => node.Core.View is { } view && view.Models.Any(m => m.Entry.ModelId == missed.ModelId),
            () => Words(world, node)) / Second);
        world.RunFor(20 * Minute);
        if (HonestNeighbours(world, node) == 0)
            throw new ScenarioFailedException($"n{victim} has lost its honest neighbours: {Words(world, node)}");
        figures["restarts"] = figures.GetValueOrDefault("restarts") + 1;
    }

    private static int HonestNeighbours(SimWorld world, SimNode node) =>
        node.Core.Peers.Count(p => p.Active && world.NodeOf(p.Peer).Up);

    private static string Words(SimWorld world, SimNode node) =>
        $"{HonestNeighbours(world, node)} of {node.Core.Peers.Count(p => p.Active)} neighbours are honest, " +
        $"of {node.Core.Peers.Count()} streams {node.Core.Peers.Count(p => world.NodeOf(p.Peer).Up)}";

    private static void Most(SortedDictionary<string, long> figures, string name, long value) =>
        figures[name] = Math.Max(figures.GetValueOrDefault(name), value);
}
