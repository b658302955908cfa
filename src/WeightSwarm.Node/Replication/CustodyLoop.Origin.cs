using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Node.Origins;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// Bytes from where a model was published, while too few nodes have them: a source like a peer, whose every piece is
/// verified, and never a copy.
/// </summary>
public sealed partial class CustodyLoop
{
    private ImmutableSortedSet<Hash256> _usableOrigins = [];

    /// <summary>Tells the planner which origins there are, so that it does not wait for a holder.</summary>
    private async Task TellOriginsAsync()
    {
        var (entries, pace) = await _inbox.AskAsync(core => (
            core?.View?.Models.Select(m => m.Entry).Where(e => e.Active && e.Origin.Length > 0).ToList() ?? [],
            core?.Charter?.Policy.Pace ?? Pace.Real), _stopping);
        _origins.Pace = pace;
        var usable = entries.Where(_origins.IsUsable).Select(e => e.ModelId).ToImmutableSortedSet();
        if (usable.SetEquals(_usableOrigins)) return;
        _usableOrigins = usable;
        _inbox.Post(new CoreInput.OriginsUsable(usable));
    }

    private async Task TendOriginAsync(ModelCustody custody)
    {
        if (custody.Entry.Origin.Length == 0 || custody.InPlace) return;
        custody.Origin ??= new OriginLink(_origins, _shim, _engine.Engine);
        var (thin, sourceless) = await _inbox.AskAsync(core => (
            SourcePeers.ThinSlices(core, custody.Entry.ModelId), SourcePeers
                .SlicesWithoutSource(core, custody.Entry.ModelId)), _stopping);
        var wanted = !custody.Stopped && custody.Fetching.Any(thin.Contains);
        await custody.Origin.TendAsync(custody.Key, custody.Content, wanted, _stopping);
        if (_origins.IsUsable(custody.Entry)) return;
        // Nobody is left to fetch from: the room is for what can be had.
        foreach (var slice in custody.Fetching.Where(s => sourceless.Contains(s) && !custody.Mending.Contains(s))
            .ToList())
        {
            await GiveUpAsync(custody.Entry.ModelId, slice);
            Fail(custody.Entry.ModelId, slice);
        }
    }
}
