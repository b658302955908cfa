using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// What was given up rests where it lies, is served on request, and comes back without a fetch if it is wanted again.
/// It is deleted when its time is over, and before that where the owner or the planner needs the space.
/// </summary>
public sealed partial class CustodyLoop
{
    private const long EraseAgainMs = 60_000;

    /// <summary>The core gave a slice up, and has told the network so.</summary>
    private void MoveToTrash(CoreOutput.MoveToTrash release)
    {
        if (!_custody.TryGetValue(release.Model, out var custody) || custody.InPlace ||
            !custody.Held.Contains(release.Slice)) return;
        if (!_trash.Put(
            custody.LocalKey, release.Slice, release.Reason, release.CopiesLeft, release.Unproven)) return;
        custody.Trash = custody.Trash.With(release.Slice);
        custody.Held = custody.Held.Without(release.Slice);
        if (release.Unproven)
            LogUnproven(custody.Entry.Model, release.Slice, release.CopiesLeft);
        else
            LogReleased(custody.Entry.Model, release.Slice, release.Reason, release.CopiesLeft);
    }

    /// <summary>Takes a slice up again; false when it is not in the trash, or its donation takes nothing.</summary>
    private bool TakeBack(ModelCustody custody, int slice)
    {
        if (!custody.Trash.Contains(slice) || custody.Donation is not { } donation) return false;
        if (_ledger.Look(donation) is not { State: DonationState.Present }) return false;
        if (!_trash.TakeBack(custody.LocalKey, slice)) return false;
        custody.Held = custody.Held.With(slice);
        custody.Trash = custody.Trash.Without(slice);
        _inbox.Post(new CoreInput.SliceVerified(custody.Entry.ModelId, slice));
        LogTakenBack(custody.Entry.Model, slice);
        return true;
    }

    /// <summary>Empties what is due: its time over, its donation too full, or a deletion that a crash cut
    /// short.</summary>
    private async Task TendTrashAsync(IEnumerable<DonationStatus> donations, Pace pace)
    {
        var now = _clock.Now.UnixMs;
        var shortage = donations.ToDictionary(s => s.Donation.Id, ReleaseDemands.ShortOf);
        foreach (var model in _trash.List().GroupBy(t => t.Key))
        {
            if (!_custody.TryGetValue(model.Key.Model, out var custody) || custody.LocalKey != model.Key) continue;
            if (_clock.Now.MonotonicMs < custody.EraseNotBeforeMs) continue;
            if (custody.Donation is not { } donation || !shortage.TryGetValue(donation, out var wanted)) continue;
            List<int> due = [];
            foreach (var item in model)
            {
                if (!item.Emptying && now - item.TrashedMs < pace.TrashMs && wanted <= 0) continue;
                due.Add(item.Slice);
                wanted -= custody.Entry.SliceBytes(item.Slice);
            }
            shortage[donation] = wanted;
            // A fetch into the same folder is let finish first, unless the space is needed now.
            if (due.Count > 0 && (wanted > 0 || custody.Fetching.Count + custody.Securing.Count == 0))
                await EmptyAsync(custody, SliceSet.Of(due));
        }
    }

    /// <summary>Frees so much of a donation's trash, the oldest first; whether there was that much.</summary>
    private async Task<bool> MakeRoomAsync(Guid donation, long bytes)
    {
        foreach (var item in _trash.List())
        {
            if (_ledger.Look(donation) is not { State: DonationState.Present, Rests: false } status) return false;
            if (status.RoomBytes >= bytes) return true;
            if (_custody.TryGetValue(item.Key.Model, out var custody) && custody.LocalKey == item.Key &&
                custody.Donation == donation)
                await EmptyAsync(custody, SliceSet.Of([item.Slice]));
        }
        return _ledger.Look(donation) is { State: DonationState.Present } last && last.RoomBytes >= bytes;
    }

    /// <summary>Bytes that lie in a donation's trash.</summary>
    private long TrashBytes(Guid donation) => _custody.Values.Where(c => c.Donation == donation)
        .Sum(c => c.Trash.Slices.Sum(c.Entry.SliceBytes));

    /// <summary>
    /// Deletes slices for good. First the store says that their bytes are worth nothing, then the network is told, then
    /// the engine lets go of the files, and only then they change.
    /// </summary>
    private async Task EmptyAsync(ModelCustody custody, SliceSet slices)
    {
        _trash.BeginEmptying(custody.LocalKey, slices.Slices);
        custody.Trash = SliceSet.Of(custody.Trash.Slices.Except(slices.Slices));
        _inbox.Post(new CoreInput.TrashHeld(custody.Entry.ModelId, custody.Trash));
        await DropTwinAsync(custody);
        await _engine.Engine.RemoveAsync(custody.Key, _stopping);
        custody.Forget(slices);
        // A slice in doubt is read before it is mended: what of it is right stays.
        var kept = SliceSet.Of(custody.Held.Slices.Concat(custody.Trash.Slices).Concat(custody.Doubted.Slices)
            .Concat(custody.Fetching).Concat(custody.Securing));
        try
        {
            // A backup of the store from before this must not vouch for them again.
            if (custody.Donation is { } emptied) _ledger.RaiseGeneration(emptied);
            var left = await Task.Run(
                () => SliceEraser.Erase(custody.Content, custody.SaveFolder, slices, kept), _stopping);
            _trash.Emptied(custody.LocalKey, slices.Slices);
            LogEmptied(custody.Entry.Model, slices.Count, left);
        }
        catch (Exception e) when (e is IOException and not StoreException or UnauthorizedAccessException)
        {
            // They stay marked, and are tried again.
            custody.EraseNotBeforeMs = _clock.Now.MonotonicMs + EraseAgainMs;
            _warnings[custody.SaveFolder] = $"{custody.Entry.Model}: its trash cannot be emptied: {e.Message}";
        }
        if (kept.IsEmpty) await CloseAsync(custody);
        else await EnterAgainAsync(custody);
        if (custody.Donation is { } donation) await _ledger.RecountAsync(donation, _stopping);
    }

    /// <summary>Nothing of a model is here any more: its folder goes, and the store forgets it.</summary>
    private async Task CloseAsync(ModelCustody custody)
    {
        _custody.TryRemove(custody.Entry.ModelId, out _);
        if (_trash.List().Any(t => t.Key == custody.LocalKey))
        {
            _custody[custody.Entry.ModelId] = custody;
            return;
        }
        try
        {
            var gone = await Task.Run(() => SliceEraser.EraseAll(custody.Content, custody.SaveFolder), _stopping);
            if (!gone) LogNotEmpty(custody.SaveFolder);
            _models.Remove(custody.LocalKey);
            _warnings.TryRemove(custody.SaveFolder, out _);
        }
        catch (Exception e) when (e is IOException and not StoreException or UnauthorizedAccessException)
        {
            _warnings[custody.SaveFolder] =
                $"{custody.Entry.Model}: {custody.SaveFolder} cannot be removed: {e.Message}";
        }
        TellRoom();
    }

    private async Task EnterAgainAsync(ModelCustody custody)
    {
        if (await EnterAsync(custody, custody.PiecesHere()) is not null)
        {
            if (custody.Fetching.Count > 0) await ConnectAsync(custody);
            return;
        }
        _custody.TryRemove(custody.Entry.ModelId, out _);
        foreach (var slice in custody.Held.Slices.ToList())
            Withdraw(custody, slice, "the engine does not take it back");
    }

    [LoggerMessage(2060, LogLevel.Information,
        "{Model}: slice {Slice} is given up ({Reason}): {Copies} copies elsewhere are proven")]
    private partial void LogReleased(string model, int slice, ReleaseReason reason, int copies);

    [LoggerMessage(2061, LogLevel.Warning,
        "{Model}: slice {Slice} is given up at the owner's deadline: {Copies} copies elsewhere are known, none proven")]
    private partial void LogUnproven(string model, int slice, int copies);

    [LoggerMessage(2062, LogLevel.Information, "{Model}: slice {Slice} is taken back from the trash")]
    private partial void LogTakenBack(string model, int slice);

    [LoggerMessage(2063, LogLevel.Information,
        "{Model}: {Slices} slices are deleted from the trash; {Left} bytes of shared files could not be given back")]
    private partial void LogEmptied(string model, int slices, long left);

    [LoggerMessage(2064, LogLevel.Warning, "{Folder} has files that are not this program's; they stay")]
    private partial void LogNotEmpty(string folder);
}
