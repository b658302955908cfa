using Microsoft.Extensions.Logging;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Replication;

/// <summary>From "take this slice" to its pieces being asked for, and back.</summary>
public sealed partial class CustodyLoop
{
    private async Task TakeAsync(Hash256 model, int slice)
    {
        if (_custody.TryGetValue(model, out var custody))
        {
            await FetchAsync(custody, slice);
            return;
        }
        if (!_pending.TryGetValue(model, out var pending))
        {
            _pending[model] = pending = new Pending();
            _beside.Start(() => PrepareAsync(model));
        }
        pending.Slices.Add(slice);
    }

    private async Task PrepareAsync(Hash256 model)
    {
        try
        {
            var (entry, holders) = await _inbox.AskAsync(core => (
                core?.View?.Models.FirstOrDefault(m => m.Entry.ModelId == model)?.Entry,
                SourcePeers.Holders(core, model)), _stopping);
            var (content, problem) = entry is null
                ? (null, "the entry is no longer in the catalogue")
                : await _contents.GetAsync(entry, holders, _stopping);
            _queue.Post(new FetchQueue.Prepared(model, content, problem));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The state folder's volume is full or faulty: it is tried again when the plan wants the model again.
            _queue.Post(new FetchQueue.Prepared(model, null, $"its manifest and .torrent cannot be kept: {e.Message}"));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            LogPreparationStopped(model);
        }
    }

    private async Task PreparedAsync(FetchQueue.Prepared prepared)
    {
        if (!_pending.Remove(prepared.Model, out var pending)) return;
        if (prepared.Content is not { } content)
        {
            LogNotPrepared(prepared.Model, prepared.Problem);
            foreach (var slice in pending.Slices) Fail(prepared.Model, slice);
            return;
        }
        if (pending.Slices.Count == 0) return;
        // While it was prepared the owner may have added the model: it is here, in place, and is not to be replaced.
        var custody = _custody.GetValueOrDefault(prepared.Model)
            ?? await OpenAsync(content, pending.Slices.Max(content.Entry.SliceBytes));
        foreach (var slice in pending.Slices)
        {
            if (custody is null) Fail(prepared.Model, slice);
            else await FetchAsync(custody, slice);
        }
    }

    /// <summary>Gives a model a folder on the donation with most room; null when none has room for one slice.</summary>
    private async Task<ModelCustody?> OpenAsync(ModelContent content, long sliceBytes)
    {
        if (await ChooseAsync(sliceBytes) is not { } donation) return null;
        var folder = DonationFolder.OfModel(donation.Path, content.Entry.ModelId);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _warnings[folder] = $"{content.Entry.Model}: {folder} cannot be made: {e.Message}";
            return null;
        }
        var key = new LocalModelKey(content.Entry.ModelId, folder);
        _models.Add(key, donation.Id, []);
        return await EnterAsync(new ModelCustody(content, key, donation.Id, SliceSet.Empty)
        {
            SaveFolder = folder,
            // An earlier run may have left verified pieces there that were not a whole slice yet.
            ChecksFirst = Directory.EnumerateFileSystemEntries(folder).Any(),
        });
    }

    /// <summary>The donation with room; where none has any, the one whose trash makes the most of it.</summary>
    private async Task<Donation?> ChooseAsync(long bytes)
    {
        if (_ledger.Choose(bytes) is { } roomy) return roomy;
        var fullest = _ledger.Look().Where(d => d is { State: DonationState.Present, Rests: false })
            .MaxBy(d => d.RoomBytes + TrashBytes(d.Donation.Id))?.Donation;
        return fullest is not null && await MakeRoomAsync(fullest.Id, bytes) ? fullest : null;
    }

    /// <param name="custody">The model.</param>
    /// <param name="here">What is vouched for; null: the pieces of the slices that are held, or in the trash.</param>
    private async Task<ModelCustody?> EnterAsync(ModelCustody custody, bool[]? here = null)
    {
        custody.Origin?.Dispose();
        custody.Addition = ++_additions;
        try
        {
            custody.Key = await _engine.Engine.AddAsync(new TorrentSpec
            {
                Metainfo = custody.Content.Metainfo.ToEngineBytes(),
                SaveFolder = custody.SaveFolder,
                PiecePriorities = custody.Priorities(),
                VerifiedPieces = here ?? custody.VerifiedPieces(),
                ReadOnly = custody.InPlace,
                Addition = custody.Addition,
            }, _stopping);
        }
        catch (TorrentEngineException e)
        {
            LogRefusedByEngine(custody.Entry.Model, e.Message);
            return null;
        }
        _custody[custody.Entry.ModelId] = custody;
        return custody;
    }

    private async Task FetchAsync(ModelCustody custody, int slice)
    {
        if (custody.Held.Contains(slice) || custody.Fetching.Contains(slice) ||
            custody.Securing.Contains(slice)) return;
        // It is being read, and then only what is bad is fetched.
        if (custody.Doubted.Contains(slice) || TakeBack(custody, slice)) return;
        var bytes = custody.Entry.SliceBytes(slice);
        if (custody.Donation is not { } donation || !await MakeRoomAsync(donation, bytes) ||
            _ledger.TryReserve(donation, bytes) is not { } reservation)
        {
            Fail(custody.Entry.ModelId, slice);
            return;
        }
        custody.Reserved[slice] = reservation;
        custody.Fetching.Add(slice);
        TellRoom();
        if (custody.Stopped) await ReopenAsync(custody);
        if (LooksFirst(custody, slice)) return;
        await _engine.Engine.SetPiecePrioritiesAsync(custody.Key, custody.Priorities(), _stopping);
        await ConnectAsync(custody);
        SecureIfComplete(custody, slice);
    }

    private async Task GiveUpAsync(Hash256 model, int slice)
    {
        if (_pending.TryGetValue(model, out var pending)) pending.Slices.Remove(slice);
        if (!_custody.TryGetValue(model, out var custody)) return;
        // What the plan does not need any more is mended all the same: almost all of it is here.
        if (custody.Mending.Contains(slice) || !custody.Fetching.Remove(slice)) return;
        FreeReservation(custody, slice);
        await _engine.Engine.SetPiecePrioritiesAsync(custody.Key, custody.Priorities(), _stopping);
    }

    private void FreeReservation(ModelCustody custody, int slice)
    {
        if (custody.Reserved.Remove(slice, out var reservation)) reservation.Dispose();
        TellRoom();
    }

    private void Fail(Hash256 model, int slice)
    {
        TellRoom();
        _inbox.Post(new CoreInput.FetchFailed(model, slice));
    }

    [LoggerMessage(2001, LogLevel.Warning, "Cannot fetch {Model} yet: {Problem}")]
    private partial void LogNotPrepared(Hash256 model, string problem);

    [LoggerMessage(2002, LogLevel.Error, "The engine refuses {Model}: {Problem}")]
    private partial void LogRefusedByEngine(string model, string problem);

    [LoggerMessage(2003, LogLevel.Debug, "Stopped while preparing {Model}")]
    private partial void LogPreparationStopped(Hash256 model);
}
