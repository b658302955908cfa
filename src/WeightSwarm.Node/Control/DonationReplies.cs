using WeightSwarm.Node.Donations;
using WeightSwarm.V1;

namespace WeightSwarm.Node.Control;

/// <summary>Donations as the CLI gets them.</summary>
internal static class DonationReplies
{
    public static DonationsReply All(DonationLedger ledger)
    {
        var reply = new DonationsReply();
        reply.Donations.AddRange(ledger.Look().Select(Of));
        return reply;
    }

    public static DonationInfo Of(DonationStatus status) => new()
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
    };

    public static ControlError Refusal(DonateResult result) => result.Outcome switch
    {
        DonateOutcome.NotFound => new ControlError(ControlExit.NotFound, "no-such-donation", result.Message),
        DonateOutcome.BadPath => new ControlError(ControlExit.Usage, "bad-path", result.Message),
        DonateOutcome.TooLargeForVolume => new ControlError(ControlExit.NoSpace, "too-large", result.Message),
        DonateOutcome.NotWritable or DonateOutcome.Away =>
            new ControlError(ControlExit.Failure, "not-writable", result.Message),
        _ => new ControlError(ControlExit.Refused, "refused", result.Message),
    };
}
