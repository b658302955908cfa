using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli.Commands;

public class LabelsTests
{
    private const string Counted =
        "Of nodes with the same operator, site or subnet this network counts one copy of a slice.\n"
        + "It seeks to have at most half of the copies in one AS, and two thirds in one country.";

    [Theory]
    [InlineData("subnet", Counted)]
    [InlineData("node", "This network's rule is 'node': labels are told, and every node counts by itself.")]
    [InlineData("", "Labels are told once this node is in a network.")]
    public async Task Labels_AsText_SayWhoSharesThemAndWhatTheyAreWorth(string domains, string worth)
    {
        var reply = new LabelsReply
        {
            Operator = "acme",
            Domains = domains,
            SameOperator = { Samples.NodeA },
            Asn = 3320,
            OthersInAsn = 2,
            Country = "DE",
        };
        var run = await FakeDaemon.Run(reply, "labels");
        Assert.Equal($"Operator:    acme (as 1 other node)\nSite:        -\nASN:         AS3320 (as 2 other nodes)\n"
            + $"Country:     DE\n{worth}\n", run.Out);
    }

    [Fact]
    public async Task Labels_AsJson_NameTheNodes()
    {
        var reply = new LabelsReply
        {
            Operator = "acme",
            Domains = "subnet",
            SameOperator = { Samples.NodeA },
            Asn = 3320,
            OthersInAsn = 2,
        };
        var run = await FakeDaemon.Run(reply, "labels", "--json");
        Assert.Equal($$"""
            {
              "schema": "weightswarm.labels/1",
              "operator": "acme",
              "site": null,
              "same_operator": [
                "{{Samples.NodeA}}"
              ],
              "same_site": [],
              "asn": 3320,
              "others_in_asn": 2,
              "country": null,
              "others_in_country": 0,
              "domains": "subnet"
            }

            """.ReplaceLineEndings("\n"), run.Out);
    }

    [Fact]
    public async Task LabelsSet_WithoutALabel_IsAUsageError()
    {
        var run = await FakeDaemon.Run(new LabelsReply(), "labels", "set");
        Assert.Equal(2, run.Code);
        Assert.Contains(
            "give one or more of --operator NAME, --site NAME, --asn NUMBER and --country CODE", run.Error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("AS")]
    [InlineData("AS-1")]
    [InlineData("4294967296")]
    [InlineData("ASAS1")]
    public async Task LabelsSet_OfNoAutonomousSystem_IsAUsageError(string asn)
    {
        var run = await FakeDaemon.Run(new LabelsReply(), "labels", "set", "--asn", asn);
        Assert.Equal(2, run.Code);
        Assert.Contains($"'{asn}' is not the number of an autonomous system", run.Error, StringComparison.Ordinal);
    }
}
