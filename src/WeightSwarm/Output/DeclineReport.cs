using System.Text.Json;
using Google.Protobuf.Collections;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>What this node declines, as <c>decline</c>, <c>declined</c> and <c>accept</c> show it.</summary>
internal static class DeclineReport
{
    public static void Print(string schema, Session session, DeclinedReply reply, Action<TextOutput> text) =>
        session.Print(
            schema,
            json =>
            {
                if (reply.Number > 0) json.WriteNumber("number", reply.Number);
                json.WriteObjects("rules", reply.Rules, WriteRule);
            },
            text);

    /// <summary>The rule that was just made: what it covers, and what is to be done about what is held of it.</summary>
    public static void WriteOne(TextOutput text, DeclinedReply reply)
    {
        if (reply.Rules.FirstOrDefault(rule => rule.Number == reply.Number) is not { } made) return;
        text.Line($"Rule {made.Number}: this node takes nothing of this kind: {made.Words}{Because(made)}.");
        text.Line(made.Models.Count == 0
            ? "Nothing that is catalogued now falls under it."
            : $"It covers {Words.Count((ulong)made.Models.Count, "catalogued model")}: {Some(made.Models)}");
        if (made.Held.Count == 0) return;
        text.Line();
        text.Line("This node holds some of that already, which stays, counts and is served:");
        foreach (var held in made.Held)
            text.Line($"  {held.Model}@{Words.Brief(held.Revision)}: {Words.Count(held.Slices, "slice")}, "
                + SizeText.Format(held.Bytes) + (held.InPlace ? ", your own files in their place" : ""));
        if (made.Held.Any(held => !held.InPlace))
            text.Line("To hand a donated folder over, when others have proved their copies: weightswarm donate 0 PATH");
    }

    public static void WriteList(TextOutput text, DeclinedReply reply)
    {
        if (reply.Rules.Count == 0)
        {
            text.Line("Nothing is declined.");
            return;
        }
        var table = new Table(">N", "DECLINES", ">MODELS", ">HELD", "REASON");
        foreach (var rule in reply.Rules)
            table.Add(
                Cell.Of(rule.Number), rule.Words, Cell.Of((ulong)rule.Models.Count), Cell.Of((ulong)rule.Held.Count),
                Words.OrDash(rule.Reason));
        text.Table(table);
    }

    private static void WriteRule(Utf8JsonWriter json, DeclineInfo rule)
    {
        json.WriteNumber("number", rule.Number);
        json.WriteOptional("licence", rule.Licence);
        if (rule.LargerThan > 0) json.WriteNumber("larger_than_bytes", rule.LargerThan);
        else json.WriteNull("larger_than_bytes");
        json.WriteOptional("name", rule.Name);
        json.WriteOptional("hazard", rule.Hazard);
        json.WriteOptional("reason", rule.Reason);
        json.WriteTime("since", rule.SinceMs);
        json.WriteStrings("models", rule.Models);
        json.WriteObjects("held", rule.Held, (item, held) =>
        {
            item.WriteString("model", held.Model);
            item.WriteString("revision", held.Revision);
            item.WriteNumber("slices", held.Slices);
            item.WriteNumber("bytes", held.Bytes);
            item.WriteBoolean("in_place", held.InPlace);
        });
    }

    private static string Because(DeclineInfo rule) => rule.Reason.Length == 0 ? "" : $" ({rule.Reason})";

    private static string Some(RepeatedField<string> models) =>
        string.Join(", ", models.Take(5)) + (models.Count > 5 ? $" and {models.Count - 5} more" : "");
}
