using System.Net;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Gossip;

namespace WeightSwarm.Node.Replication;

/// <summary>Where the pieces of a model can be had now, as gossip knows it: no tracker and no DHT is needed for
/// this.</summary>
public static class SourcePeers
{
    private const int EnoughHolders = 2;

    /// <summary>BitTorrent addresses of the other present nodes that hold or fetch any of the model.</summary>
    public static IReadOnlyList<IPEndPoint> Of(SwarmCore? core, Hash256 model) =>
        [.. NodesOf(core, model).SelectMany(node => PeerAddresses.TorrentOf(core, node))];

    /// <summary>The other present nodes that hold any slice of the model, or have one in their trash.</summary>
    public static IReadOnlyList<NodeId> Holders(SwarmCore? core, Hash256 model)
    {
        var view = core?.View?.Models.FirstOrDefault(m => m.Entry.ModelId == model);
        return view is null ? [] : [.. view.Holders.Select(h => h.Node).Where(n => IsPresent(core!, n))];
    }

    /// <summary>The other present nodes that hold every slice of the model.</summary>
    public static IReadOnlyList<NodeId> WholeHolders(SwarmCore? core, Hash256 model)
    {
        var view = core?.View?.Models.FirstOrDefault(m => m.Entry.ModelId == model);
        if (view is null) return [];
        var whole = view.Holders.Where(h => h.Verified.Count == view.Entry.Slices);
        return [.. whole.Select(h => h.Node).Where(n => IsPresent(core!, n))];
    }

    /// <summary>Slices that no present node holds, this one included.</summary>
    public static SliceSet SlicesWithoutSource(SwarmCore? core, Hash256 model)
    {
        var view = core?.View?.Models.FirstOrDefault(m => m.Entry.ModelId == model);
        if (view is null) return SliceSet.Empty;
        var present = view.Holders.Where(h => h.Node == core!.Self || IsPresent(core, h.Node)).ToList();
        return SliceSet
            .Of(Enumerable.Range(0, view.Entry.Slices).Where(s => !present.Any(
                h => h.Verified.Contains(s) && !h.Away.Contains(s) || h.Trash.Contains(s))));
    }

    /// <summary>
    /// Slices that fewer present nodes hold, this one excluded, than a fetch should lean on: where the model has an
    /// origin, it helps.
    /// </summary>
    public static SliceSet ThinSlices(SwarmCore? core, Hash256 model)
    {
        var view = core?.View?.Models.FirstOrDefault(m => m.Entry.ModelId == model);
        if (view is null) return SliceSet.Empty;
        var present = view.Holders.Where(h => IsPresent(core!, h.Node)).ToList();
        return SliceSet.Of(Enumerable.Range(0, view.Entry.Slices)
            .Where(s => present.Count(h => h.Verified.Contains(s)) < EnoughHolders));
    }

    private static IEnumerable<NodeId> NodesOf(SwarmCore? core, Hash256 model)
    {
        var view = core?.View?.Models.FirstOrDefault(m => m.Entry.ModelId == model);
        if (view is null) return [];
        return view.Holders.Select(h => h.Node).Concat(view.Claims.Select(c => c.Node)).Distinct()
            .Where(n => IsPresent(core!, n));
    }

    private static bool IsPresent(SwarmCore core, NodeId node) =>
        node != core.Self && core.View!.Nodes.TryGetValue(node, out var seen) && seen.AbsentSinceMs is null;
}
