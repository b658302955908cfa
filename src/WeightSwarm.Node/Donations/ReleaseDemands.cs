using System.Collections.Immutable;
using WeightSwarm.Core;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Core.Planning;
using WeightSwarm.Node.Store;

namespace WeightSwarm.Node.Donations;

/// <summary>What has to be given up of a donation: all of it where its owner, the node's owner or its disk says so,
/// else what is too much by its quota or by what its volume has left.</summary>
public static class ReleaseDemands
{
    /// <summary>The demand, or null when everything may stay. Nothing is asked of a donation that is away.</summary>
    /// <param name="status">The donation as it stands now.</param>
    /// <param name="trashBytes">What lies in its trash: that goes first, and counts as gone.</param>
    /// <param name="drain">That the node drains, or null.</param>
    /// <param name="heldIn">The slices that are held in a donation; asked for only when there is a demand.</param>
    public static ReleaseDemand? Of(
        DonationStatus status, long trashBytes, DrainOrder? drain,
        Func<Guid, ImmutableSortedDictionary<Hash256, SliceSet>> heldIn)
    {
        if (status.State == DonationState.Away || Wanted(status, trashBytes, drain) is not { } wanted) return null;
        var held = heldIn(status.Donation.Id);
        return held.IsEmpty ? null
            : new ReleaseDemand(status.Donation.Path, wanted.Reason, wanted.Bytes, wanted.DeadlineMs, held);
    }

    /// <summary>So much too much lies in a donation, trash included; 0 or less for nothing.</summary>
    public static long ShortOf(DonationStatus status) => status.State == DonationState.Away ? 0 : Math.Max(
        status.Donation.Returning ? 0 : status.UsedBytes - status.Donation.QuotaBytes,
        status.Donation.ReserveBytes - status.VolumeFreeBytes);

    private static (ReleaseReason Reason, long Bytes, long? DeadlineMs)? Wanted(
        DonationStatus status, long trashBytes, DrainOrder? drain)
    {
        var donation = status.Donation;
        if (donation.Returning || drain is not null)
            return (ReleaseReason.Drain, long.MaxValue,
                Earlier(donation.Returning ? donation.DeadlineMs : null, drain?.DeadlineMs));
        if (donation.Drain is not null) return (ReleaseReason.DiskFault, long.MaxValue, null);
        var over = status.UsedBytes - trashBytes - donation.QuotaBytes;
        if (over > 0) return (ReleaseReason.Shrink, over, donation.DeadlineMs);
        var low = donation.ReserveBytes - status.VolumeFreeBytes - trashBytes;
        return low > 0 ? (ReleaseReason.LowSpace, low, null) : null;
    }

    private static long? Earlier(long? a, long? b) => a is null ? b : b is null ? a : Math.Min(a.Value, b.Value);
}
