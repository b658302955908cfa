using WeightSwarm.V1;

namespace WeightSwarm.Tests.Cli.Commands;

public class LabelsTests
{
    [Theory]
    [InlineData("subnet", "Of nodes with the same operator, site or subnet this network counts one copy of a slice.")]
    [InlineData("node", "This network's rule is 'node': labels are told, and every node counts by itself.")]
    [InlineData("", "Labels are told once this node is in a network.")]
    public async Task Labels_AsText_SayWhoSharesThemAndWhatTheyAreWorth(string domains, string worth)
    {
        var reply = new LabelsReply { Operator = "acme", Domains = domains, SameOperator = { Samples.NodeA } };
        var run = await FakeDaemon.Run(reply, "labels");
        Assert.Equal($"Operator:    acme (as 1 other node)\nSite:        -\n{worth}\n", run.Out);
    }

    [Fact]
    public async Task Labels_AsJson_NameTheNodes()
    {
        var reply = new LabelsReply { Operator = "acme", Domains = "subnet", SameOperator = { Samples.NodeA } };
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
              "domains": "subnet"
            }

            """.ReplaceLineEndings("\n"), run.Out);
    }

    [Fact]
    public async Task LabelsSet_WithoutALabel_IsAUsageError()
    {
        var run = await FakeDaemon.Run(new LabelsReply(), "labels", "set");
        Assert.Equal(2, run.Code);
        Assert.Contains("give --operator NAME, --site NAME, or both", run.Error, StringComparison.Ordinal);
    }
}
