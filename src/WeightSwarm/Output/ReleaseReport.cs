using System.Text.Json;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>What is being given up and what lies in the trash, as <c>drain</c> and <c>donations</c> show it.</summary>
internal static class ReleaseReport
{
    public static void WriteFields(
        Utf8JsonWriter writer, IEnumerable<ReleaseInfo> releases, IEnumerable<TrashInfo> trash)
    {
        writer.WriteObjects("releases", releases, WriteRelease);
        writer.WriteObjects("trash", trash, WriteTrash);
    }

    public static void WriteText(
        TextOutput text, IReadOnlyCollection<ReleaseInfo> releases, IReadOnlyCollection<TrashInfo> trash,
        DateTimeOffset now)
    {
        if (releases.Count > 0) text.Line();
        if (releases.Count > 0) text.Table(TableOf(releases));
        if (trash.Count == 0) return;
        text.Line();
        var table = new Table("TRASH OF", ">SLICES", ">SIZE", "WHY", "COPIES ELSEWHERE", "DELETED");
        foreach (var item in trash)
            table.Add(
                NameOf(item.Model, item.Revision), Cell.Of(item.Slices), SizeText.Format(item.Bytes), item.Reason,
                item.Unproven > 0 ? $"{item.FewestCopies} known, not proven" : $"{item.FewestCopies} proven",
                In(item.EmptiedMs, now));
        text.Table(table);
    }

    public static void WriteDrain(Utf8JsonWriter writer, DrainReply reply)
    {
        writer.WriteBoolean("draining", reply.Draining);
        writer.WriteTime("since", reply.SinceMs);
        writer.WriteTime("deadline", reply.DeadlineMs);
        writer.WriteNumber("slices_left", reply.SlicesLeft);
        writer.WriteNumber("bytes_left", reply.BytesLeft);
        writer.WriteNumber("slices_in_place", reply.SlicesInPlace);
        DonationReport.WriteFields(writer, reply.Donations);
        WriteFields(writer, reply.Releases, reply.Trash);
    }

    public static void WriteDrain(TextOutput text, DrainReply reply, DateTimeOffset now)
    {
        text.Line(!reply.Draining ? "not draining"
            : reply.SlicesLeft == 0 ? "drained: no donation holds a slice any more"
            : $"draining: {Words.Count(reply.SlicesLeft, "slice")}, {SizeText.Format(reply.BytesLeft)} "
                + "left to hand over");
        if (reply.DeadlineMs > 0)
            text.Line($"deadline {In(reply.DeadlineMs, now)}: then they go without waiting for copies elsewhere");
        if (reply is { Draining: true, SlicesInPlace: > 0 })
            text.Line($"{Words.Count(reply.SlicesInPlace, "slice")} of your own files are served in place as before");
        text.Line();
        DonationReport.WriteText(text, reply.Donations);
        WriteText(text, reply.Releases, reply.Trash, now);
    }

    private static Table TableOf(IEnumerable<ReleaseInfo> releases)
    {
        var table = new Table("GIVING UP", "SLICES", ">SIZE", "WHY", "ELSEWHERE", "PHASE", "NOW");
        foreach (var release in releases)
            table.Add(
                NameOf(release.Model, release.Revision), Words.SliceRange(release.FirstSlice, release.LastSlice),
                SizeText.Format(release.Bytes), release.Reason, $"{release.Copies} of {release.Needed}",
                release.Phase, release.WaitsFor);
        return table;
    }

    private static string NameOf(string model, string revision) =>
        revision.Length == 0 ? Words.Brief(model) : $"{model}@{Words.Brief(revision)}";

    private static string In(ulong unixMs, DateTimeOffset now)
    {
        var span = DateTimeOffset.FromUnixTimeMilliseconds((long)unixMs) - now;
        return span <= TimeSpan.Zero ? "now" : $"in {Words.Span(span)}";
    }

    private static void WriteRelease(Utf8JsonWriter writer, ReleaseInfo release)
    {
        writer.WriteString("model", release.Model);
        writer.WriteOptional("revision", release.Revision);
        writer.WriteNumber("first_slice", release.FirstSlice);
        writer.WriteNumber("last_slice", release.LastSlice);
        writer.WriteNumber("bytes", release.Bytes);
        writer.WriteString("reason", release.Reason);
        writer.WriteString("phase", release.Phase);
        writer.WriteNumber("copies_elsewhere", release.Copies);
        writer.WriteNumber("copies_needed", release.Needed);
        writer.WriteNumber("due_in_ms", release.DueInMs);
        writer.WriteString("waits_for", release.WaitsFor);
    }

    private static void WriteTrash(Utf8JsonWriter writer, TrashInfo trash)
    {
        writer.WriteString("model", trash.Model);
        writer.WriteOptional("revision", trash.Revision);
        writer.WriteString("folder", trash.Folder);
        writer.WriteNumber("slices", trash.Slices);
        writer.WriteNumber("bytes", trash.Bytes);
        writer.WriteString("reason", trash.Reason);
        writer.WriteNumber("unproven", trash.Unproven);
        writer.WriteNumber("fewest_copies_elsewhere", trash.FewestCopies);
        writer.WriteTime("deleted_at", trash.EmptiedMs);
    }
}
