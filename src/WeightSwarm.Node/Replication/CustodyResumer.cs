using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Node.Gossip;
using WeightSwarm.Node.Store;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Replication;

/// <summary>At the start of the daemon: takes up every model that an earlier run held, from this node's own
/// store.</summary>
public sealed partial class CustodyResumer(
    NodeStore store, SwarmInbox inbox, ModelContents contents, FetchQueue custody, ILogger<CustodyResumer> log)
        : IHostedService
{
    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        inbox.Post(new CoreInput.Tick());
        if (store.InDoubt > 0) LogInDoubt(store.InDoubt);
        // Of two folders with the same model the fuller one is served.
        var models = store.Models.List().Where(m => !m.Verified.IsEmpty || !m.InPlace)
            .OrderByDescending(m => m.Verified.Count);
        foreach (var local in models)
        {
            var entry = await inbox.AskAsync(
                core => EntryOf(core, local.Key.Model), cancellationToken);
            if (entry is null)
            {
                LogUnknown(local.Key.Model, local.Key.Folder);
                continue;
            }
            await ResumeAsync(local, entry, cancellationToken);
        }
        inbox.Post(new CoreInput.TakenUp());
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>What this node proposed it serves, too: the curator who looks at it needs it.</summary>
    private static Core.Catalogue.Entry? EntryOf(SwarmCore? core, Hash256 model) =>
        core?.View?.Models.FirstOrDefault(m => m.Entry.ModelId == model)?.Entry
        ?? core?.Proposals.FirstOrDefault(p => p.Proposer == core.Self && p.Entry.ModelId == model)?.Entry;

    private async Task ResumeAsync(LocalModel local, Core.Catalogue.Entry entry, CancellationToken cancellation)
    {
        var (content, problem) = await contents.GetAsync(entry, [], cancellation);
        if (content is null)
        {
            LogNotResumed(entry.Model, problem);
            return;
        }
        try
        {
            await custody.ResumeAsync(local, content);
        }
        catch (Exception e) when (e is TorrentEngineException or IOException or UnauthorizedAccessException)
        {
            LogNotResumed(entry.Model, e.Message);
        }
    }

    [LoggerMessage(2030, LogLevel.Warning,
        "{Folder} has slices of {Model}, which is not in the catalogue now; they stay")]
    private partial void LogUnknown(Hash256 model, string folder);

    [LoggerMessage(2032, LogLevel.Warning,
        "The last run ended with its system: {Slices} slices that were verified shortly before are read again")]
    private partial void LogInDoubt(int slices);

    [LoggerMessage(2031, LogLevel.Error, "{Model} is not served for now: {Problem}")]
    private partial void LogNotResumed(string model, string problem);
}
