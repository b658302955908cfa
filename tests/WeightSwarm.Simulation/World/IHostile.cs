using WeightSwarm.Core.Gossip;
using WeightSwarm.V1;

namespace WeightSwarm.Simulation.World;

/// <summary>What acts at a node in place of a core: it sends and gets frames on the same network.</summary>
internal interface IHostile
{
    /// <summary>A stream came or went, or a dial came to nothing.</summary>
    void Happened(CoreInput input);

    /// <summary>A frame came in.</summary>
    void Arrived(SessionId session, Frame frame);
}
