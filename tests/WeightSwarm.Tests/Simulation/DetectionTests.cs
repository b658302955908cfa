using WeightSwarm.Simulation.Reports;
using WeightSwarm.Simulation.Scenarios;

namespace WeightSwarm.Tests.Simulation;

/// <summary>The goals of liveness for a day; more: tests/simulate run detect-loss, detect-starved.</summary>
public sealed class DetectionTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void DeadNodes_AreMissedInFourMinutes_AndNobodyElseIs(int starvedPercent)
    {
        var result = Runner.Run(new Detection("detect-day", 1, 50, starvedPercent), 1, 20);
        Assert.Null(result.Failure);
        Assert.InRange(result.Figures["deaths"], 12, 13);
        Assert.InRange(result.Figures["detected p50 s"], 60, 240);
        Assert.InRange(result.Figures["detected p99 s"], 60, 240);
        Assert.Equal(0, result.Figures["not detected in 20 min"]);
        Assert.Equal(0, result.Figures["false absences of well nodes"]);
        Assert.Equal(0, result.Figures["false absences of starved nodes"]);
    }
}
