using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Core.Records;

namespace WeightSwarm.Simulation.World;

/// <summary>Sees every disk and every accepted record, and fails the run at the first broken invariant.</summary>
internal sealed class Oracle(SimWorld world)
{
    private const int MostPeers = 96, MostFetches = 64;

    private readonly SortedDictionary<(int Node, RecordKey Key), ulong> _seqs = [];

    public void Accepted(SimNode node, Record record)
    {
        Monotone(node, record);
        if (record.Author == node.Id && record.Kind == RecordKind.Holding) Truth(node, record);
    }

    /// <summary>I5: what grows without bound would show here.</summary>
    public static void AfterTick(SimNode node)
    {
        if (node.Disk.UsedBytes > node.Disk.QuotaBytes)
            throw new ScenarioFailedException(
                $"I5: node {node.Number} uses {node.Disk.UsedBytes} of {node.Disk.QuotaBytes} bytes");
        var fetching = node.Transfers.Count;
        if (fetching > MostFetches)
            throw new ScenarioFailedException($"I5: node {node.Number} has {fetching} fetches under way");
        var peers = node.Core.Peers.Count();
        if (peers > MostPeers) throw new ScenarioFailedException($"I5: node {node.Number} has {peers} peers");
    }

    /// <summary>
    /// I1: the last intact copy is never removed by software; called wherever the simulator takes one away.
    /// </summary>
    public int Copies(Core.Hash256 model, int slice, bool upOnly = true) =>
        world.Nodes.Count(n => (n.Up || !upOnly) && n.Disk.Has(model, slice));

    /// <summary>I3: a slice that a node advertises is intact on its disk.</summary>
    private static void Truth(SimNode node, Record record)
    {
        var model = RecordBodies.ModelOf(record);
        var said = SliceSet.FromBitmap(RecordBodies.Holding(record).Verified.Span, 1 << 16);
        foreach (var slice in said.Slices)
            if (!node.Disk.Has(model, slice))
                throw new ScenarioFailedException(
                    $"I3: node {node.Number} advertises slice {slice}, which its disk does not have");
    }

    /// <summary>I4: no register goes back, whatever was forgotten in between.</summary>
    private void Monotone(SimNode node, Record record)
    {
        var key = (node.Number, record.Key);
        if (_seqs.TryGetValue(key, out var seq) && record.Seq < seq)
            throw new ScenarioFailedException(
                $"I4: node {node.Number} accepts {Words.Of(world, record)} after seq {seq % 1_000_000_000}");
        _seqs[key] = record.Seq;
    }

    /// <summary>The lives of a node share one numbering.</summary>
    public ulong HighestSeq(int node, NodeId author) =>
        _seqs.Where(s => s.Key.Node == node && s.Key.Key.Author == author).Select(s => s.Value).DefaultIfEmpty().Max();
}
