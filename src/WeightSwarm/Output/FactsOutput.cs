using System.Globalization;
using System.Text.Json;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>What is known of a model's weights.</summary>
internal static class FactsOutput
{
    private const int MostNamed = 3;

    /// <summary>
    /// The object "facts", or null where nobody looked. "parameters" is 0 and "architecture" null where no file says
    /// them; "bytes" of a dtype is 0 where its size is not known.
    /// </summary>
    public static void WriteFacts(this Utf8JsonWriter writer, ModelFactsInfo? facts)
    {
        if (facts is null)
        {
            writer.WriteNull("facts");
            return;
        }
        writer.WriteStartObject("facts");
        writer.WriteNumber("parameters", facts.Parameters);
        writer.WriteObjects("dtypes", facts.Dtypes, (item, dtype) =>
        {
            item.WriteString("dtype", dtype.Dtype);
            item.WriteNumber("parameters", dtype.Parameters);
            item.WriteNumber("bytes", dtype.Bytes);
        });
        writer.WriteOptional("architecture", facts.Architecture);
        writer.WriteStartObject("shards");
        writer.WriteNumber("present", facts.ShardsPresent);
        writer.WriteNumber("expected", facts.ShardsExpected);
        writer.WriteStrings("missing", facts.MissingShards);
        writer.WriteEndObject();
        writer.WriteStrings("hazards", facts.Hazards);
        writer.WriteNumber("broken_files", facts.BrokenFiles);
        writer.WriteEndObject();
    }

    /// <summary>The same for people; nothing where nobody looked.</summary>
    public static void Facts(this TextOutput text, ModelFactsInfo? facts)
    {
        if (facts is null) return;
        text.Fact("Weights", $"{Words.OrDash(facts.Architecture)}, "
            + (facts.Parameters == 0 ? "parameters not known" : $"{Grouped(facts.Parameters)} parameters"));
        if (facts.Dtypes.Count > 0) text.Fact("Dtypes", string.Join(", ", facts.Dtypes.Select(Dtype)));
        text.Fact("Shards", $"{facts.ShardsPresent} of {facts.ShardsExpected} present{Missing(facts)}");
        text.Fact("Hazards", string.Join(", ", facts.Hazards));
        if (facts.BrokenFiles > 0)
            text.Fact("Broken", $"{Words.Count(facts.BrokenFiles, "weight file")}, preserved as added");
    }

    private static string Dtype(DtypeInfo dtype) =>
        $"{dtype.Dtype} {Grouped(dtype.Parameters)}{(dtype.Bytes == 0 ? "" : $" ({SizeText.Format(dtype.Bytes)})")}";

    private static string Missing(ModelFactsInfo facts)
    {
        var count = facts.ShardsExpected - facts.ShardsPresent;
        if (count == 0) return "";
        var named = facts.MissingShards.Take(MostNamed).ToList();
        if (named.Count == 0) return $"; {count} missing";
        var more = count > named.Count ? $" and {count - named.Count} more" : "";
        return $"; missing: {string.Join(", ", named)}{more}";
    }

    private static string Grouped(ulong number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
