using WeightSwarm.Core.Planning;

namespace WeightSwarm.Simulation.Churn;

/// <summary>
/// The first nodes in the order of takers, for each group of slices. An order is made when it is asked for and serves
/// for some hours: in that time a node's room changes by a few slices, and its weight hardly.
/// </summary>
internal sealed class TakerOrders(ChurnWorld world)
{
    private const long GoodForMs = 6 * ChurnSetting.Hour;
    private const int Length = 256;
    private readonly FrontOfOrder _front = new(Length);
    private readonly SortedDictionary<ulong, (long MadeMs, int[] Nodes)> _orders = [];

    public int[] Of(int slice)
    {
        var digest = world.Catalogue.OrderDigest(slice);
        if (_orders.TryGetValue(digest, out var known) && world.NowMs - known.MadeMs < GoodForMs) return known.Nodes;
        _front.Clear();
        foreach (var node in world.Nodes)
            if (!node.IsForgotten)
                _front.Add(Rendezvous.Score(digest, node.Digest, Rendezvous.Weight(node.ShownBytes)), node.Number);
        var order = _front.Nodes.ToArray();
        _orders[digest] = (world.NowMs, order);
        return order;
    }
}
