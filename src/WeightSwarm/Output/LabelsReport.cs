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
            json.WriteOptional("asn", reply.Asn);
            json.WriteNumber("others_in_asn", reply.OthersInAsn);
            json.WriteOptional("country", reply.Country);
            json.WriteNumber("others_in_country", reply.OthersInCountry);
            json.WriteOptional("domains", reply.Domains);
        },
        text => WriteText(text, reply));

    private static void WriteText(TextOutput text, LabelsReply reply)
    {
        text.Fact("Operator", With(reply.Operator, (uint)reply.SameOperator.Count));
        text.Fact("Site", With(reply.Site, (uint)reply.SameSite.Count));
        text.Fact("ASN", With(reply.Asn == 0 ? "" : $"AS{reply.Asn}", reply.OthersInAsn));
        text.Fact("Country", With(reply.Country, reply.OthersInCountry));
        text.Line(reply.Domains switch
        {
            "subnet" => "Of nodes with the same operator, site or subnet this network counts one copy of a slice.",
            "node" => "This network's rule is 'node': labels are told, and every node counts by itself.",
            _ => "Labels are told once this node is in a network.",
        });
        if (reply.Domains == "subnet")
            text.Line("It seeks to have at most half of the copies in one AS, and two thirds in one country.");
    }

    private static string With(string label, uint others) => label.Length == 0 ? "-"
        : others == 0 ? label : $"{label} (as {Words.Count(others, "other node")})";
}
