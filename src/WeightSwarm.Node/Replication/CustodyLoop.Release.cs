using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Replication;

/// <summary>What owners and volumes ask to have given up, told to the core; and the end of donations that are given
/// back.</summary>
public sealed partial class CustodyLoop
{
    private ImmutableArray<ReleaseDemand> _demanded = [];

    private async Task TendReleasesAsync()
    {
        var pace = await _inbox.AskAsync(core => core?.Charter?.Policy.Pace, _stopping);
        if (pace is null) return;
        var demands = Demands();
        if (!demands.IsEmpty || !_demanded.IsEmpty) _inbox.Post(new CoreInput.ReleaseDemanded(demands));
        _demanded = demands;
        await TendTrashAsync(pace);
        await EndReturnsAsync();
    }

    private ImmutableArray<ReleaseDemand> Demands()
    {
        var drain = _drain.Get();
        return [.. _ledger.Look().Select(status => DemandOf(status, drain)).OfType<ReleaseDemand>()];
    }

    private ReleaseDemand? DemandOf(DonationStatus status, DrainOrder? drain)
    {
        var donation = status.Donation;
        if (status.State == DonationState.Away) return null;
        var from = _custody.Values.Where(c => c.Donation == donation.Id && !c.Held.IsEmpty)
            .ToImmutableSortedDictionary(c => c.Entry.ModelId, c => c.Held);
        if (from.IsEmpty) return null;
        if (donation.Returning || drain is not null)
            return new ReleaseDemand(
                donation.Path, ReleaseReason.Drain, long.MaxValue,
                Earlier(donation.Returning ? donation.DeadlineMs : null, drain?.DeadlineMs), from);
        if (donation.Drain is not null)
            return new ReleaseDemand(donation.Path, ReleaseReason.DiskFault, long.MaxValue, null, from);
        // The trash goes first, and counts as gone.
        var trash = TrashBytes(donation.Id);
        var over = status.UsedBytes - trash - donation.QuotaBytes;
        if (over > 0) return new ReleaseDemand(donation.Path, ReleaseReason.Shrink, over, donation.DeadlineMs, from);
        var low = donation.ReserveBytes - status.VolumeFreeBytes - trash;
        return low > 0 ? new ReleaseDemand(donation.Path, ReleaseReason.LowSpace, low, null, from) : null;
    }

    private static long? Earlier(long? a, long? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);

    /// <summary>
    /// Of a donation that is given back, what never became a slice goes at once, and the donation ends when nothing
    /// lies in it any more.
    /// </summary>
    private async Task EndReturnsAsync()
    {
        foreach (var status in _ledger.Look().Where(s => s.State == DonationState.Returning))
        {
            var id = status.Donation.Id;
            foreach (var custody in _custody.Values.Where(c => c.Donation == id && IsIdle(c)))
            {
                await _engine.Engine.RemoveAsync(custody.Key, _stopping);
                await DropTwinAsync(custody);
                await CloseAsync(custody);
            }
            if (_custody.Values.Any(c => c.Donation == id) || !_ledger.Forget(id)) continue;
            LogReturned(status.Donation.Path);
        }
    }

    private static bool IsIdle(ModelCustody custody) =>
        custody.Held.IsEmpty && custody.Trash.IsEmpty && custody.Doubted.IsEmpty &&
        custody.Fetching.Count + custody.Securing.Count == 0;

    [LoggerMessage(2080, LogLevel.Information, "{Path} is given back: nothing of this node lies in it any more")]
    private partial void LogReturned(string path);
}
