using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;
using WeightSwarm.Torrent;

namespace WeightSwarm.Node.Replication;

/// <summary>
/// Donations go and come back with their volumes. While one is away nothing of it is served, and all of it stays
/// recorded: the network hears that it is away, and counts it like an absent node's copies. Absence never means that
/// nothing is held.
/// </summary>
public sealed partial class CustodyLoop
{
    private readonly HashSet<Guid> _away = [];

    /// <summary>Donations whose generation was raised in this run, since their volume was last away.</summary>
    private readonly HashSet<Guid> _current = [];

    private async Task TendDonationsAsync()
    {
        foreach (var status in _ledger.Look())
            if (status.State == DonationState.Away)
            {
                if (_away.Add(status.Donation.Id)) await WentAwayAsync(status);
            }
            else if (_away.Remove(status.Donation.Id)) await CameBackAsync(status.Donation);
    }

    private async Task WentAwayAsync(DonationStatus status)
    {
        var donation = status.Donation;
        _current.Remove(donation.Id);
        LogAway(donation.Path, status.Reason);
        foreach (var custody in _custody.Values.Where(c => c.Donation == donation.Id).ToList())
        {
            foreach (var slice in custody.Fetching.ToList())
            {
                await GiveUpAsync(custody.Entry.ModelId, slice);
                Fail(custody.Entry.ModelId, slice);
            }
            await LeaveAsync(custody);
        }
        foreach (var local in LocalsOf(donation.Id)) TellAway(local);
    }

    /// <summary>Held by this node's own word, and away.</summary>
    private void TellAway(LocalModel local)
    {
        if (_custody.ContainsKey(local.Key.Model)) return;
        _inbox.Post(new CoreInput.SlicesHeld(local.Key.Model, local.Verified, InPlace: false));
        _inbox.Post(new CoreInput.SlicesAway(local.Key.Model, local.Verified));
    }

    private async Task CameBackAsync(Donation donation)
    {
        LogBack(donation.Path);
        foreach (var local in LocalsOf(donation.Id))
        {
            var entry = await _inbox.AskAsync(
                core => core?.View?.Models.FirstOrDefault(m => m.Entry.ModelId == local.Key.Model)?.Entry, _stopping);
            if (entry is null || await _contents.GetAsync(entry, [], _stopping) is not ({ } content, _)) continue;
            try
            {
                await ResumeDonatedAsync(content, local);
            }
            catch (Exception e) when (e is TorrentEngineException or IOException or UnauthorizedAccessException)
            {
                LogNotBack(entry.Model, e.Message);
            }
        }
    }

    private async Task ResumeDonatedAsync(ModelContent content, LocalModel local)
    {
        var donation = local.Donation!.Value;
        if (_ledger.Look(donation) is not { State: not DonationState.Away })
        {
            _away.Add(donation);
            TellAway(local);
            return;
        }
        if (_custody.ContainsKey(local.Key.Model)) return;
        MakeCurrent(donation);
        var current = _models.Find(local.Key) ?? local;
        await ServeAsync(Custody(content, current));
        foreach (var slice in local.Verified.Slices.Except(current.Verified.Slices))
            _inbox.Post(new CoreInput.SliceLost(local.Key.Model, slice));
        _inbox.Post(new CoreInput.SlicesAway(local.Key.Model, SliceSet.Empty));
    }

    /// <summary>
    /// A store that is older than the folder is a backup that was put back. What it calls verified may have been given
    /// up since, or found bad: all of it is read before it is vouched for again.
    /// </summary>
    private void MakeCurrent(Guid donation)
    {
        if (!_current.Add(donation) || !_ledger.RaiseGeneration(donation)) return;
        foreach (var local in LocalsOf(donation))
        {
            LogOldStore(local.Key.Folder);
            foreach (var slice in local.Verified.Slices)
            {
                _scrubs.Doubt(local.Key, slice);
                _models.WithdrawSlice(local.Key, slice);
            }
        }
    }

    private List<LocalModel> LocalsOf(Guid donation) => [.. _models.List().Where(m => m.Donation == donation)];

    /// <summary>Whether a fault is that of a volume which is not there: that takes nothing away.</summary>
    private async Task<bool> IsAwayAsync(ModelCustody custody)
    {
        if (custody.Donation is not { } id || _ledger.Look(id) is not { State: DonationState.Away }) return false;
        await TendDonationsAsync();
        return true;
    }

    [LoggerMessage(2090, LogLevel.Warning, "the donation {Folder} is away: {Reason}")]
    private partial void LogAway(string folder, string reason);

    [LoggerMessage(2091, LogLevel.Information, "the donation {Folder} is back")]
    private partial void LogBack(string folder);

    [LoggerMessage(2092, LogLevel.Error, "{Model} is not served although its volume is back: {Problem}")]
    private partial void LogNotBack(string model, string problem);

    [LoggerMessage(2093, LogLevel.Warning,
        "the store is older than {Folder}, as after a backup was put back: all of it is read again")]
    private partial void LogOldStore(string folder);
}
