using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
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
        var key = new LocalModelKey(entry.ModelId, adopt.SourceFolder);
        if (_custody.TryGetValue(entry.ModelId, out var known))
        {
            if (known.LocalKey != key && known.Held.Count == entry.Slices
                && InPlaceFolder.Changes(known.LocalKey.Folder, known.Files).IsEmpty) return;
            await LeaveAsync(known);
        }
        _changedInPlace.Remove(entry.ModelId);
        _models.Add(key, donation: null, adopt.Files);
        var all = SliceSet.All(entry.Slices);
        foreach (var slice in all.Slices) _models.MarkSliceVerified(key, slice);
        foreach (var slice in _scrubs.Doubted(key)) EndDoubt(key, slice);
        _warnings.TryRemove(adopt.SourceFolder, out _);
        await ServeAsync(Custody(adopt.Content, new LocalModel(key, Donation: null, all, adopt.Files)));
        _queue.SignalInPlace();
    }

    private async Task ResumeAsync(FetchQueue.Resume resume)
    {
        var local = resume.Local;
        if (_custody.ContainsKey(resume.Content.Entry.ModelId)) return;
        if (local.InPlace)
        {
            await ResumeInPlaceAsync(resume.Content, local);
            return;
        }
        await ResumeDonatedAsync(resume.Content, local);
    }

    /// <summary>
    /// What the disk has and the store does not know, because the store was lost: it is read and hashed, and what is
    /// whole is recorded and advertised again.
    /// </summary>
    private async Task RebuildAsync(FetchQueue.Rebuild rebuild)
    {
        var local = rebuild.Local;
        if (_custody.ContainsKey(local.Key.Model)) return;
        _models.Add(local.Key, local.Donation, local.Files);
        LogRebuilding(rebuild.Content.Entry.Model, local.Key.Folder);
        await EnterAsync(Custody(rebuild.Content, local, checksFirst: true));
    }

    private ModelCustody Custody(
        ModelContent content, LocalModel local, bool checksFirst = false, bool isWhole = true) =>
        new(content, local.Key, local.Donation, local.Verified)
        {
            SaveFolder = !local.InPlace ? local.Key.Folder
                : isWhole ? InPlaceFolder.Of(_state, local.Key.Model)
                : InPlaceFolder.OfUnchanged(_state, local.Key.Model),
            Files = local.Files,
            ChecksFirst = checksFirst,
            Doubted = SliceSet.Of(_scrubs.Doubted(local.Key).Where(slice => !local.Verified.Contains(slice))),
            Trash = local.InPlace ? SliceSet.Empty : _trash.Of(local.Key),
            Unread = local.InPlace || checksFirst ? SliceSet.Empty : SliceSet.All(content.Entry.Slices),
        };

    private async Task ServeAsync(ModelCustody custody)
    {
        if (custody.InPlace)
            InPlaceFolder.Link(
                custody.Content.Metainfo, custody.LocalKey.Folder, InPlaceFolder.Of(_state, custody.Entry.ModelId));
        if (await EnterAsync(custody) is null)
            throw new TorrentEngineException(
                $"{custody.Entry.Model} cannot be served from {custody.LocalKey.Folder}; see the log");
        _inbox.Post(new CoreInput.SlicesHeld(custody.Entry.ModelId, custody.Held, custody.InPlace));
        if (!custody.InPlace) _inbox.Post(new CoreInput.TrashHeld(custody.Entry.ModelId, custody.Trash));
    }

    private async Task LeaveAsync(ModelCustody custody)
    {
        foreach (var slice in custody.Fetching) FreeReservation(custody, slice);
        custody.Fetching.Clear();
        await _engine.Engine.RemoveAsync(custody.Key, _stopping);
        await DropTwinAsync(custody);
        custody.Origin?.Dispose();
        _custody.TryRemove(custody.Entry.ModelId, out _);
    }

    [LoggerMessage(2021, LogLevel.Information,
        "{Folder} has files of {Model} that are not in the store: verifying them")]
    private partial void LogRebuilding(string model, string folder);
}
