using System.Text.Json;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>Donations, as <c>donate</c>, <c>donations</c> and <c>status</c> show them.</summary>
internal static class DonationReport
{
    /// <summary>The donations, what is being given up of them, and what lies in their trash.</summary>
    public static void Print(string verb, Session session, DonationsReply reply) => session.Print(
        verb,
        json =>
        {
            WriteFields(json, reply.Donations);
            ReleaseReport.WriteFields(json, reply.Releases, reply.Trash);
        },
        text =>
        {
            WriteText(text, reply.Donations);
            ReleaseReport.WriteText(text, reply.Releases, reply.Trash, session.Terminal.Clock.GetUtcNow());
        });

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
            item.WriteNumber("slices_held", donation.SlicesHeld);
            item.WriteNumber("bytes_held", donation.BytesHeld);
            item.WriteNumber("slices_in_trash", donation.SlicesTrash);
            item.WriteNumber("trash_bytes", donation.TrashBytes);
            item.WriteTime("deadline", donation.DeadlineMs);
        });

    public static void WriteText(TextOutput text, IReadOnlyCollection<DonationInfo> donations)
    {
        if (donations.Count == 0)
        {
            text.Line("nothing is donated yet: weightswarm donate SIZE [PATH]");
            return;
        }
        var table = new Table("PATH", ">QUOTA", ">USED", ">SLICES", ">TRASH", ">RESERVE", ">VOLUME FREE", "STATE");
        foreach (var donation in donations)
        {
            table.Add(
                donation.Path, SizeText.Format(donation.QuotaBytes), SizeText.Format(donation.UsedBytes),
                Cell.Of(donation.SlicesHeld), SizeText.Format(donation.TrashBytes),
                SizeText.Format(donation.ReserveBytes), SizeText.Format(donation.VolumeFreeBytes),
                donation.Reason.Length == 0 ? donation.State : $"{donation.State}: {donation.Reason}");
        }
        text.Table(table);
    }
}
