using System.Text.Json;
using WeightSwarm.Node.Control;
using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>Bandwidth limits, as <c>limits</c> and <c>status</c> show them.</summary>
internal static class LimitsReport
{
    public static void Print(Session session, LimitsReply reply) => session.Print(
        "limits", json => WriteFields(json, reply), text => WriteText(text, reply));

    /// <summary>What holds now, as an object, 0 for unlimited; nothing when a daemon did not say.</summary>
    public static void WriteInForce(Utf8JsonWriter json, string name, LimitsInForce? limits)
    {
        if (limits is null) return;
        json.WriteStartObject(name);
        json.WriteNumber("up_bytes_per_second", limits.Up);
        json.WriteNumber("down_bytes_per_second", limits.Down);
        json.WriteOptional("when", limits.When);
        json.WriteTime("next_change", limits.NextChangeMs);
        json.WriteString("time_zone", limits.TimeZone);
        json.WriteEndObject();
    }

    /// <summary>"2.0 MB/s up, unlimited down", and for how long.</summary>
    public static string Text(LimitsInForce limits)
    {
        if (limits.Up == 0 && limits.Down == 0 && limits.NextChangeMs == 0) return "none";
        var why = limits.When.Length == 0 ? "" : $" ({limits.When})";
        var until = limits.NextChangeMs == 0 ? ""
            : $"; next change {Words.IsoTime(limits.NextChangeMs)}";
        return $"{Rate(limits.Up)} up, {Rate(limits.Down)} down{why}{until}";
    }

    private static void WriteFields(Utf8JsonWriter json, LimitsReply reply)
    {
        json.WriteObjects("rules", reply.Rules, (item, rule) =>
        {
            item.WriteStrings("when", rule.When);
            WriteRate(item, "up_bytes_per_second", rule.HasUp, rule.Up);
            WriteRate(item, "down_bytes_per_second", rule.HasDown, rule.Down);
        });
        WriteInForce(json, "in_force", reply.InForce ?? new LimitsInForce());
    }

    private static void WriteText(TextOutput text, LimitsReply reply)
    {
        if (reply.Rules.Count > 0)
        {
            var table = new Table("WHEN", ">UP", ">DOWN");
            foreach (var rule in reply.Rules)
            {
                table.Add(
                    rule.When.Count == 0 ? "otherwise" : string.Join("; ", rule.When),
                    rule.HasUp ? Rate(rule.Up) : "-", rule.HasDown ? Rate(rule.Down) : "-");
            }
            text.Table(table);
            text.Line();
        }
        text.Line($"In force: {Text(reply.InForce ?? new LimitsInForce())}");
        if (reply.Rules.Any(rule => rule.When.Count > 0))
            text.Line($"Times are those of this machine ({reply.InForce?.TimeZone}).");
    }

    private static string Rate(ulong rate) => rate == 0 ? "unlimited" : $"{SizeText.Format(rate)}/s";

    /// <summary>0 is unlimited, null leaves it to the next rule.</summary>
    private static void WriteRate(Utf8JsonWriter json, string name, bool said, ulong rate)
    {
        if (said) json.WriteNumber(name, rate);
        else json.WriteNull(name);
    }
}
