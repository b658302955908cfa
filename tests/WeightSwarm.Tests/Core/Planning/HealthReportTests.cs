using WeightSwarm.Core.Planning;

namespace WeightSwarm.Tests.Core.Planning;

public sealed class HealthReportTests
{
    [Theory]
    [InlineData(0, 1, Risk.Lost)]
    [InlineData(1, 1, Risk.Safe)]
    [InlineData(1, 2, Risk.Critical)]
    [InlineData(2, 2, Risk.Safe)]
    [InlineData(2, 3, Risk.Thin)]
    [InlineData(2, 4, Risk.Endangered)]
    [InlineData(2, 5, Risk.Endangered)]
    [InlineData(3, 5, Risk.Thin)]
    [InlineData(5, 5, Risk.Safe)]
    [InlineData(9, 5, Risk.Safe)]
    [InlineData(0, 5, Risk.Lost)]
    public void RiskOf_ByExample_IsTheWordOfTheDesign(int copies, int target, Risk risk) =>
        Assert.Equal(risk, HealthReport.RiskOf(copies, target));

    [Fact]
    public void Of_SlicesThatDiffer_GoesByTheWorst()
    {
        var view = new Swarm().Wanting(3).With(Swarm.Model(0, 3)).With(Swarm.Model(1, 1)).Nodes(1, 4)
            .Holds(1, 0, 1, 2).Holds(2, 0, 2).Holds(3, 0).Node(3, absentMs: 5_000).Claims(4, 1).Claims(4, 2)
            .SeenBy(1);
        var report = HealthReport.Of(view, Swarm.Now);
        var first = report.Models[0];
        Assert.Equal((1, 0, 1, 1, Risk.Critical),
            (first.Counted, first.Fetching, first.Online, first.WorstSlice, first.Risk));
        Assert.Equal(Risk.Lost, report.Models[1].Risk);
        Assert.Equal((1, 1, 0), (report.Count(Risk.Critical), report.Count(Risk.Lost), report.Count(Risk.Safe)));
        Assert.True(report.IsAnyWorseThanThin);
    }

    [Fact]
    public void Of_ClaimsOnEverySlice_ReportsTheFewest()
    {
        var view = new Swarm().Wanting(4).With(Swarm.Model(0, 2)).Nodes(1, 4).Holds(1, 0, 1)
            .Claims(2, 0).Claims(3, 0).Claims(2, 1).SeenBy(1);
        Assert.Equal(1, HealthReport.Of(view, Swarm.Now).Models[0].Fetching);
    }
}
