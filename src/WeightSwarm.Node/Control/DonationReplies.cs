using WeightSwarm.Node.Donations;
using WeightSwarm.Node.Replication;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>Donations as the CLI gets them.</summary>
internal static class DonationReplies
{
    public static DonationInfo Of(DonationStatus status, CustodyTable custody)
    {
        var info = Of(status);
        var (held, heldBytes, trash, trashBytes) = custody.CountOf(status.Donation.Id);
        (info.SlicesHeld, info.BytesHeld) = ((uint)held, (ulong)heldBytes);
        (info.SlicesTrash, info.TrashBytes) = ((uint)trash, (ulong)trashBytes);
        return info;
    }

    private static DonationInfo Of(DonationStatus status) => new()
    {
        Path = status.Donation.Path,
        QuotaBytes = (ulong)status.Donation.QuotaBytes,
        ReserveBytes = (ulong)status.Donation.ReserveBytes,
        UsedBytes = (ulong)status.UsedBytes,
        VolumeFreeBytes = (ulong)status.VolumeFreeBytes,
        State = status.State switch
        {
            DonationState.Present => "present",
            DonationState.Away => "away",
            DonationState.Draining => "draining",
            _ => "returning",
        },
        Reason = status.Reason,
        DeadlineMs = (ulong)(status.Donation.DeadlineMs ?? 0),
    };

    public static ControlException Refusal(DonateResult result) => result.Outcome switch
    {
        DonateOutcome.NotFound => new ControlException(ControlExit.NotFound, "no-such-donation", result.Message),
        DonateOutcome.BadPath => new ControlException(ControlExit.Usage, "bad-path", result.Message),
        DonateOutcome.TooLargeForVolume => new ControlException(ControlExit.NoSpace, "too-large", result.Message),
        DonateOutcome.NotWritable or DonateOutcome.Away =>
            new ControlException(ControlExit.Failure, "not-writable", result.Message),
        _ => new ControlException(ControlExit.Refused, "refused", result.Message),
    };
}
