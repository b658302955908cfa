using System.Text.Json;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>The answer to <c>plan --what-if</c>.</summary>
internal static class WhatIfText
{
    public static void Print(Session session, WhatIfReply reply) => session.Print(
        "plan-what-if", json => WriteJson(json, reply), text => WriteText(text, reply));

    private static void WriteJson(Utf8JsonWriter json, WhatIfReply reply)
    {
        json.WriteString("assumption", reply.Assumption);
        json.WriteNumber("draws", reply.Draws);
        json.WriteNumber("seed", reply.Seed);
        json.WriteNumber("nodes_gone", reply.NodesGone);
        json.WriteNumber("nodes", reply.Nodes);
        json.WriteObjects("models", reply.Models, (item, model) =>
        {
            item.WriteString("name", model.Name);
            item.WriteString("revision", model.Revision);
            item.WriteString("info_hash_v2", model.InfoHashV2);
            item.WriteNumber("copies_now", model.CopiesNow);
            WriteOutcome(item, "median", model.Median);
            WriteOutcome(item, "worst", model.Worst);
        });
        WriteTotals(json, "median", reply.Median);
        WriteTotals(json, "worst", reply.Worst);
    }

    private static void WriteOutcome(Utf8JsonWriter json, string name, WhatIfOutcome outcome)
    {
        json.WriteStartObject(name);
        json.WriteNumber("target_copies", outcome.TargetCopies);
        json.WriteNumber("copies", outcome.Copies);
        json.WriteNumber("copies_repaired", outcome.CopiesRepaired);
        json.WriteString("risk", outcome.Risk);
        json.WriteNumber("bytes_to_copy", outcome.BytesToCopy);
        json.WriteNumber("bytes_unplaced", outcome.BytesUnplaced);
        json.WriteEndObject();
    }

    private static void WriteTotals(Utf8JsonWriter json, string name, WhatIfTotals totals)
    {
        json.WriteStartObject(name);
        json.WriteNumber("thin", totals.Thin);
        json.WriteNumber("endangered", totals.Endangered);
        json.WriteNumber("critical", totals.Critical);
        json.WriteNumber("lost", totals.Lost);
        json.WriteNumber("bytes_to_copy", totals.BytesToCopy);
        json.WriteNumber("bytes_unplaced", totals.BytesUnplaced);
        json.WriteEndObject();
    }

    private static void WriteText(TextOutput text, WhatIfReply reply)
    {
        text.Line($"If {reply.Assumption}{Gone(reply)}:");
        text.Line();
        if (reply.Draws > 1) WriteDraws(text, reply);
        else WriteOne(text, reply);
        text.Line();
        text.Line((reply.Draws > 1 ? "median: " : "") + Total(reply.Median));
        if (reply.Draws == 1) return;
        text.Line("worst:  " + Total(reply.Worst));
        text.Line($"{reply.Draws} draws with seed {reply.Seed}; each model's median and worst are of its own draws");
    }

    private static void WriteOne(TextOutput text, WhatIfReply reply)
    {
        var table = new Table(
            "NAME", "REVISION", ">NOW", ">THEN", ">REPAIRED", ">WANTED", "RISK", ">TO COPY", ">NOT PLACED");
        foreach (var model in reply.Models)
            table.Add(
                model.Name, Words.Brief(model.Revision), Cell.Of(model.CopiesNow), Cell.Of(model.Median.Copies),
                Cell.Of(model.Median.CopiesRepaired), Cell.Of(model.Median.TargetCopies), Cell.Risk(model.Median.Risk),
                Size(model.Median.BytesToCopy), Size(model.Median.BytesUnplaced));
        text.Table(table);
    }

    private static void WriteDraws(TextOutput text, WhatIfReply reply)
    {
        var table = new Table(
            "NAME", "REVISION", ">NOW", ">MEDIAN", ">REPAIRED", "RISK", ">WORST", ">REPAIRED", ">WANTED", "RISK");
        foreach (var model in reply.Models)
            table.Add(
                model.Name, Words.Brief(model.Revision), Cell.Of(model.CopiesNow), Cell.Of(model.Median.Copies),
                Cell.Of(model.Median.CopiesRepaired), Cell.Risk(model.Median.Risk), Cell.Of(model.Worst.Copies),
                Cell.Of(model.Worst.CopiesRepaired), Cell.Of(model.Worst.TargetCopies), Cell.Risk(model.Worst.Risk));
        text.Table(table);
    }

    private static string Gone(WhatIfReply reply) =>
        reply.NodesGone == 0 ? "" : $" ({reply.NodesGone} of {reply.Nodes})";

    private static string Total(WhatIfTotals totals) =>
        $"{totals.Thin} thin, {totals.Endangered} endangered, {totals.Critical} critical, {totals.Lost} lost; "
        + (totals.BytesToCopy == 0 ? "nothing to copy" : $"{SizeText.Format(totals.BytesToCopy)} to copy")
        + (totals.BytesUnplaced > 0 ? $"; {SizeText.Format(totals.BytesUnplaced)} wanted that nobody can take or give"
            : totals.BytesToCopy > 0 ? ", for which there is room" : "");

    private static string Size(ulong bytes) => bytes == 0 ? "-" : SizeText.Format(bytes);
}
