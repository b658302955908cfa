using System.Net;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Simulation.World;

namespace WeightSwarm.Simulation.Scenarios;

/// <summary>
/// An open network of honest nodes, each in a wide network of its own, and of many hostile ones for each of them.
/// </summary>
internal abstract class Besieged(int perHonest) : RealScenario
{
    protected override Policy Policy => base.Policy with { Domains = DomainRule.Subnet };

    public override SimWorld Build(ulong seed, int nodes, TextWriter? trace)
    {
        var world = base.Build(seed, nodes * (perHonest + 1), trace);
        for (var node = 0; node < nodes; node++)
            world.Net.Settle(node, new IPAddress([(byte)(20 + node / 200), (byte)(node % 200), 7, 1]));
        return world;
    }

    /// <summary>The honest nodes are the first ones; so many are they.</summary>
    protected int Honest(SimWorld world) => world.Nodes.Length / (perHonest + 1);
}
