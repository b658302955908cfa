using Microsoft.Extensions.Logging;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// Finds what the disk has and the store does not know: after the database was lost, the models of donated folders and
/// the links to folders that were added in place are still there. What the catalogue names is handed to custody to be
/// verified; everything else is left alone.
/// </summary>
public sealed partial class CustodyRebuilder(
    NodeStore store, DonationLedger ledger, StateFolder state, SwarmInbox inbox, ModelContents contents,
        FetchQueue custody,
    Clock clock, HostFailure failure, ILogger<CustodyRebuilder> log) : BackgroundLoop(failure)
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await RebuildAsync(stopping);
            }
            catch (Exception e) when (e is IOException and not StoreException or UnauthorizedAccessException)
            {
                // A donation's volume may go at any time; what it has is looked for again when it is back.
                LogNotReadable(e.Message);
            }
            var pace = await inbox.AskAsync(core => core?.Charter?.Policy.Pace ?? Pace.Drill, stopping);
            await Task.Delay(TimeSpan.FromMilliseconds(pace.PlanMs), clock.Time, stopping);
        }
    }

    private async Task RebuildAsync(CancellationToken cancellation)
    {
        var known = store.Models.List();
        var inPlace = known.Where(m => m.InPlace).Select(m => m.Key.Model).ToHashSet();
        var folders = known.Select(m => m.Key).ToHashSet();
        foreach (var (model, saveFolder) in Below(Path.Combine(state.FolderPath, "in-place")))
            if (!inPlace.Contains(model) && InPlaceFolder.OwnersFolder(saveFolder) is { } owners)
                await RebuildAsync(new LocalModelKey(model, owners), donation: null, cancellation);
        foreach (var donation in ledger.Look().Where(d => d.State == DonationState.Present).Select(d => d.Donation))
            foreach (var (model, folder) in Below(DonationFolder.Models(donation.Path)))
                if (!folders.Contains(new LocalModelKey(model, folder)))
                    await RebuildAsync(new LocalModelKey(model, folder), donation.Id, cancellation);
    }

    private async Task RebuildAsync(LocalModelKey key, Guid? donation, CancellationToken cancellation)
    {
        var (entry, holders) = await inbox.AskAsync(
            core => (
                core?.View?.Models.FirstOrDefault(m => m.Entry.ModelId == key.Model)?.Entry,
                SourcePeers.Holders(core, key.Model)), cancellation);
        if (entry is null) return;
        if (await contents.GetAsync(entry, holders, cancellation) is not ({ } content, _)) return;
        var files = donation is null ? InPlaceFolder.StampsNow(content.Manifest, key.Folder) : [];
        custody.Post(new FetchQueue.Rebuild(new LocalModel(key, donation, SliceSet.Empty, files), content));
    }

    private static IEnumerable<(Hash256 Model, string Folder)> Below(string folder)
    {
        if (!Directory.Exists(folder)) yield break;
        foreach (var path in Directory.EnumerateDirectories(folder))
            if (Hash256.TryParseHex(Path.GetFileName(path), out var model))
                yield return (model, path);
    }

    [LoggerMessage(2040, LogLevel.Warning, "Cannot look for files that the store does not know: {Problem}")]
    private partial void LogNotReadable(string problem);
}
