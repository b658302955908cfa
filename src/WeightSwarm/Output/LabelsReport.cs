using WeightSwarm.V1;

namespace WeightSwarm.Cli.Output;

/// <summary>The labels of a node, and who shares them.</summary>
internal static class LabelsReport
{
    public static void Print(Session session, LabelsReply reply) => session.Print(
        "labels",
        json =>
        {
            json.WriteOptional("operator", reply.Operator);
            json.WriteOptional("site", reply.Site);
            json.WriteStrings("same_operator", reply.SameOperator);
            json.WriteStrings("same_site", reply.SameSite);
            json.WriteOptional("domains", reply.Domains);
        },
        text => WriteText(text, reply));

    private static void WriteText(TextOutput text, LabelsReply reply)
    {
        text.Fact("Operator", With(reply.Operator, reply.SameOperator.Count));
        text.Fact("Site", With(reply.Site, reply.SameSite.Count));
        text.Line(reply.Domains switch
        {
            "subnet" => "Of nodes with the same operator, site or subnet this network counts one copy of a slice.",
            "node" => "This network's rule is 'node': labels are told, and every node counts by itself.",
            _ => "Labels are told once this node is in a network.",
        });
    }

    private static string With(string label, int others) => label.Length == 0 ? "-"
        : others == 0 ? label : $"{label} (as {Words.Count((ulong)others, "other node")})";
}
