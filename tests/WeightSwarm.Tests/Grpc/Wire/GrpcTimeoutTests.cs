using Grpc.Wire;

namespace WeightSwarm.Tests.Grpc.Wire;

public sealed class GrpcTimeoutTests
{
    [Theory]
    [InlineData("100n", 1)]
    [InlineData("99n", 0)]
    [InlineData("1u", 10)]
    [InlineData("250m", 2_500_000)]
    [InlineData("1S", 10_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("99999999H", 3_599_999_964_000_000_000)]
    [InlineData("00000001S", 10_000_000)]
    public void TryParse_Legal_GivesTicks(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1 S")]
    [InlineData("1.5S")]
    [InlineData("123456789S")]
    [InlineData("1SS")]
    [InlineData("1S,2S")]
    public void TryParse_Illegal_SaysNo(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    [Fact]
    public void Format_AnyTimeout_IsReadBackAlmostTheSame()
    {
        var random = new Random(20_251_1);
        for (var i = 0; i < 10_000; i++)
        {
            var timeout = new TimeSpan(random.NextInt64(1, 1L << random.Next(1, 62)));

            Assert.True(GrpcTimeout.TryParse(GrpcTimeout.Format(timeout), out var read), $"{timeout.Ticks} ticks");
            // A unit is left for one up to a thousand times as long at 100,000,000: at least five digits remain.
            Assert.InRange(read.Ticks, timeout.Ticks, timeout.Ticks + timeout.Ticks / 100_000 + 10);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void Format_NothingLeft_IsStillLegal(long ticks) =>
        Assert.Equal("100n", GrpcTimeout.Format(new TimeSpan(ticks)));

    [Fact]
    public void Format_LongestTimeSpan_IsStillLegal() =>
        Assert.Equal("99999999H", GrpcTimeout.Format(TimeSpan.MaxValue));
}
