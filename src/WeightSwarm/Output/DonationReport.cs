using System.Text.Json;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>Donations, as <c>donate</c>, <c>donations</c> and <c>status</c> show them.</summary>
internal static class DonationReport
{
    public static void WriteFields(Utf8JsonWriter writer, IEnumerable<DonationInfo> donations) =>
        writer.WriteObjects("donations", donations, (item, donation) =>
        {
            item.WriteString("path", donation.Path);
            item.WriteNumber("quota_bytes", donation.QuotaBytes);
            item.WriteNumber("reserve_bytes", donation.ReserveBytes);
            item.WriteNumber("used_bytes", donation.UsedBytes);
            item.WriteNumber("volume_free_bytes", donation.VolumeFreeBytes);
            item.WriteString("state", donation.State);
            item.WriteOptional("reason", donation.Reason);
        });

    public static void WriteText(TextOutput text, IReadOnlyCollection<DonationInfo> donations)
    {
        if (donations.Count == 0)
        {
            text.Line("nothing is donated yet: weightswarm donate SIZE [PATH]");
            return;
        }
        var table = new Table("PATH", ">QUOTA", ">USED", ">RESERVE", ">VOLUME FREE", "STATE");
        foreach (var donation in donations)
        {
            table.Add(
                donation.Path, SizeText.Format(donation.QuotaBytes), SizeText.Format(donation.UsedBytes),
                SizeText.Format(donation.ReserveBytes), SizeText.Format(donation.VolumeFreeBytes),
                donation.Reason.Length == 0 ? donation.State : $"{donation.State}: {donation.Reason}");
        }
        text.Table(table);
    }
}
