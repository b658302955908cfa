using System.Text.Json;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>When held models were last read from the disk, as <c>show</c> and <c>status</c> tell it.</summary>
internal static class ReadReport
{
    private const int MostShown = 10;

    public static void WriteFields(Utf8JsonWriter json, IReadOnlyCollection<ModelReadInfo> reads)
    {
        json.WriteTime("oldest_read_at", Oldest(reads)?.ReadMs ?? 0);
        json.WriteObjects("reads", reads, (item, read) =>
        {
            item.WriteString("name", read.Name);
            item.WriteString("revision", read.Revision);
            item.WriteString("info_hash_v2", read.InfoHashV2);
            item.WriteNumber("slices", read.Slices);
            item.WriteNumber("slices_doubted", read.SlicesDoubted);
            item.WriteTime("last_read_at", read.ReadMs);
        });
    }

    /// <summary>The oldest first, since it says most; a line for each.</summary>
    public static void WriteText(TextOutput text, IReadOnlyCollection<ModelReadInfo> reads, DateTimeOffset now)
    {
        foreach (var read in reads.OrderBy(read => read.ReadMs).Take(MostShown))
            text.Fact("Last read", $"{read.Name}@{Words.Brief(read.Revision)}: {Text(read, now)}");
        if (reads.Count > MostShown) text.Fact("Last read", $"{reads.Count - MostShown} more models since");
    }

    /// <summary>"3 days ago", and what of it is in doubt.</summary>
    public static string Text(ModelReadInfo read, DateTimeOffset now)
    {
        var doubted = read.SlicesDoubted == 0 ? ""
            : $"; {Words.Count(read.SlicesDoubted, "slice")} withdrawn, being read and mended";
        return Words.Ago(read.ReadMs, now) + doubted;
    }

    private static ModelReadInfo? Oldest(IEnumerable<ModelReadInfo> reads) =>
        reads.Where(read => read.ReadMs > 0).MinBy(read => read.ReadMs);
}
