using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Replication;

/// <summary>What is on this machine already: the owner's files served in place, and the slices of earlier
/// runs.</summary>
public sealed partial class CustodyLoop
{
    private async Task AdoptAsync(FetchQueue.Adopt adopt)
    {
        var entry = adopt.Content.Entry;
        if (_custody.TryGetValue(entry.ModelId, out var known) && known.Held.Count == entry.Slices) return;
        if (known is not null) await LeaveAsync(known);
        var key = new LocalModelKey(entry.ModelId, adopt.SourceFolder);
        _models.Add(key, donation: null, adopt.Files);
        var all = SliceSet.All(entry.Slices);
        foreach (var slice in all.Slices) _models.MarkSliceVerified(key, slice);
        await ServeAsync(Custody(adopt.Content, key, donation: null, all));
    }

    private async Task ResumeAsync(FetchQueue.Resume resume)
    {
        var local = resume.Local;
        if (_custody.ContainsKey(resume.Content.Entry.ModelId)) return;
        if (local.InPlace && InPlaceFolder.Change(local) is { } change)
        {
            _models.WithdrawAll(local.Key);
            _warnings[local.Key.Folder] =
                $"{resume.Content.Entry.Model}: no longer served from {local.Key.Folder}: {change}";
            LogChanged(resume.Content.Entry.Model, local.Key.Folder, change);
            return;
        }
        if (local.Donation is { } donation && _ledger.Look(donation) is not { State: not DonationState.Away })
        {
            // Away is not "holds nothing": what is recorded stays recorded, and is advertised again when it is back.
            _warnings[local.Key.Folder] =
                $"{resume.Content.Entry.Model}: {local.Key.Folder} is away; see `weightswarm donations`";
            return;
        }
        await ServeAsync(Custody(resume.Content, local.Key, local.Donation, local.Verified));
    }

    private ModelCustody Custody(ModelContent content, LocalModelKey key, Guid? donation, SliceSet held) =>
        new(content, key, donation, held)
        {
            SaveFolder = donation is null ? InPlaceFolder.Of(_state, content.Entry.ModelId) : key.Folder,
        };

    private async Task ServeAsync(ModelCustody custody)
    {
        if (custody.InPlace) InPlaceFolder.Link(custody.Content.Metainfo, custody.LocalKey.Folder, custody.SaveFolder);
        if (await EnterAsync(custody) is null)
            throw new TorrentEngineException(
                $"{custody.Entry.Model} cannot be served from {custody.LocalKey.Folder}; see the log");
        _inbox.Post(new CoreInput.SlicesHeld(custody.Entry.ModelId, custody.Held, custody.InPlace));
    }

    private async Task LeaveAsync(ModelCustody custody)
    {
        foreach (var slice in custody.Fetching) FreeReservation(custody, slice);
        custody.Fetching.Clear();
        await _engine.Engine.RemoveAsync(custody.Key, _stopping);
        _custody.TryRemove(custody.Entry.ModelId, out _);
    }

    [LoggerMessage(2020, LogLevel.Warning, "{Model} is no longer served from {Folder}: {Change}")]
    private partial void LogChanged(string model, string folder, string change);
}
