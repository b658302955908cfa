using WeightSwarm.Node.Durability;

namespace WeightSwarm.Tests.Node.Durability;

public sealed class LifetimeEstimateTests
{
    [Theory]
    [InlineData(0, 0, 180, false)]
    [InlineData(0, 179, 180, false)]
    [InlineData(0, 180, 360, true)]
    [InlineData(1, 20, 100, true)]
    [InlineData(9, 9_820, 1_000, true)]
    [InlineData(99, 900, 10.8, true)]
    [InlineData(0, 1_000_000, 3_650, true)]
    public void Of_WhatWasSeen_IsTheLikeliestWithOneDepartureIn180DaysAdded(
        int departed, double nodeDays, double days, bool measured)
    {
        var estimate = LifetimeEstimate.Of(new LifetimeRecord(100, departed, nodeDays, 50));
        Assert.Equal((days, measured), (estimate.Days, estimate.IsMeasured));
    }

    [Fact]
    public void Words_SayWhetherItIsMeasured()
    {
        Assert.Equal(
            "a node stays 180 days on average (assumed: too little was seen yet to measure it)",
            LifetimeEstimate.Of(LifetimeRecord.Nothing).Words());
        Assert.Equal(
            "a node stays 1000 days on average (measured from 40 nodes over 300 days, of which 9 left)",
            LifetimeEstimate.Of(new LifetimeRecord(40, 9, 9_820, 300)).Words());
    }
}
