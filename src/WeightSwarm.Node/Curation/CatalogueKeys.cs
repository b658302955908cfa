using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Records;
using WeightSwarm.Node.Control;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Curation;

/// <summary>A key with which this node may write to the catalogue.</summary>
/// <param name="Author">Makes its records.</param>
/// <param name="Curator">What the charter lets it do; null: it is the founder's key, which may do anything.</param>
public sealed record CatalogueKey(RecordAuthor Author, Curator? Curator) : IDisposable
{
    internal NodeKey? Founder { get; init; }

    /// <summary>Forgets the founder's key in memory; the node's own is the daemon's.</summary>
    public void Dispose() => Founder?.Dispose();
}

/// <summary>
/// With which key this node catalogues: the founder's where it has it; else its own, if the charter names it as a
/// curator.
/// </summary>
public sealed class CatalogueKeys(
    NetworkService network, NodeKey own, StateFolder state, NodeStore store, SwarmInbox inbox, Clock clock)
{
    /// <summary>The key for a model of that name; null when this node may not catalogue it.</summary>
    public async Task<CatalogueKey?> ForAsync(string model, CancellationToken cancellation)
    {
        if (network.Network is not { } id) return null;
        if (network.IsFounder) return Founder();
        var charter = await inbox.AskAsync(core => core?.Charter, cancellation);
        return charter is not null && charter.IsCurator(own.Id, model, clock.Now.UnixMs)
            ? new CatalogueKey(new RecordAuthor(own, id, store.Sequence), charter.Of(own.Id)) : null;
    }

    /// <summary>The founder's key.</summary>
    /// <exception cref="ControlException">This node does not have it.</exception>
    public CatalogueKey Founder()
    {
        if (network.Network is not { } id) throw NetworkService.NoNetwork();
        if (!network.IsFounder) throw new ControlException(
            ControlExit.Refused, "no-founder",
            "only the network's founder names its curators, and this node does not hold the founder's key");
        var founder = NodeKey.Load(state.FounderKeyPath(id));
        return new CatalogueKey(new RecordAuthor(founder, id, store.Sequence), Curator: null) { Founder = founder };
    }
}
