using WeightSwarm.Node.Origins;

namespace WeightSwarm.Tests.Node.Origins;

public sealed class ByteRangeTests
{
    [Theory]
    [InlineData(null, 0, 99)]
    [InlineData("bytes=0-0", 0, 0)]
    [InlineData("bytes=5-9", 5, 9)]
    [InlineData("BYTES=5-9", 5, 9)]
    [InlineData("bytes=90-200", 90, 99)]
    [InlineData("bytes=90-", 90, 99)]
    [InlineData("bytes=-10", 90, 99)]
    [InlineData("bytes=-1000", 0, 99)]
    public void Asked_OfAHundredBytes_IsCutToThem(string? header, long first, long last) =>
        Assert.Equal(new ByteRange(first, last), ByteRange.Asked(header, 100));

    [Theory]
    [InlineData("bytes=100-")]
    [InlineData("bytes=9-5")]
    [InlineData("bytes=-0")]
    [InlineData("bytes=-")]
    [InlineData("bytes=0-1,5-6")]
    [InlineData("bytes=0--1")]
    [InlineData("bytes=+0-1")]
    [InlineData("bytes=99999999999999999999-")]
    [InlineData("pieces=0-1")]
    public void Asked_WhatCannotBeAnswered_IsNull(string header) => Assert.Null(ByteRange.Asked(header, 100));

    [Fact]
    public void Asked_OfAnEmptyFile_IsNull() => Assert.Null(ByteRange.Asked(null, 0));
}
