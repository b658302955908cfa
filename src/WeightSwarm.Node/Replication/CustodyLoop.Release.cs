using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Gossip;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Donations;

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
        var (donations, drain) = (_ledger.Look(), _drain.Get());
        ImmutableArray<ReleaseDemand> demands = [.. donations
            .Select(status => ReleaseDemands.Of(status, TrashBytes(status.Donation.Id), drain, HeldIn))
            .OfType<ReleaseDemand>()];
        if (!demands.IsEmpty || !_demanded.IsEmpty) _inbox.Post(new CoreInput.ReleaseDemanded(demands));
        _demanded = demands;
        await TendTrashAsync(donations, pace);
        await EndReturnsAsync(donations, pace);
    }

    private ImmutableSortedDictionary<Hash256, SliceSet> HeldIn(Guid donation) => _custody.Values
        .Where(c => c.Donation == donation && !c.Held.IsEmpty)
        .ToImmutableSortedDictionary(c => c.Entry.ModelId, c => c.Held);

    /// <summary>
    /// Of a donation that is given back, what never became a slice goes at once, and the donation ends when nothing
    /// lies in it any more.
    /// </summary>
    private async Task EndReturnsAsync(ImmutableArray<DonationStatus> donations, Pace pace)
    {
        foreach (var status in donations.Where(s => !s.Donation.Returning))
            _warnings.TryRemove(LeftIn(status.Donation.Path), out _);
        foreach (var status in donations.Where(s => s.State == DonationState.Returning))
        {
            var id = status.Donation.Id;
            foreach (var custody in _custody.Values.Where(c => c.Donation == id && IsIdle(c)))
            {
                await _engine.Engine.RemoveAsync(custody.Key, _stopping);
                await DropTwinAsync(custody);
                await CloseAsync(custody);
            }
            var left = await LeaveBehindAsync(status.Donation, pace);
            if (_custody.Values.Any(c => c.Donation == id) || !_ledger.Forget(id)) continue;
            if (left.Count == 0) LogReturned(status.Donation.Path);
            else TellLeft(status.Donation.Path, left);
        }
    }

    private static bool IsIdle(ModelCustody custody) =>
        custody.Held.IsEmpty && custody.Trash.IsEmpty && custody.Doubted.IsEmpty &&
        custody.Fetching.Count + custody.Securing.Count == 0;

    [LoggerMessage(2080, LogLevel.Information, "{Path} is given back: nothing of this node lies in it any more")]
    private partial void LogReturned(string path);
}
