using WeightSwarm.Cli.Output;

namespace WeightSwarm.Tests.Cli.Output;

public class WordsTests
{
    [Theory]
    [InlineData(0, "0 seconds")]
    [InlineData(1, "1 second")]
    [InlineData(59, "59 seconds")]
    [InlineData(60, "1 minute")]
    [InlineData(3599, "59 minutes")]
    [InlineData(3600, "1 hour")]
    [InlineData(86399, "23 hours")]
    [InlineData(86400, "1 day")]
    [InlineData(-5, "0 seconds")]
    public void Span_IsWritten_InItsLargestUnit(int seconds, string words) =>
        Assert.Equal(words, Words.Span(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Ago_OfTheFuture_IsJustNow() =>
        Assert.Equal("just now", Words.Ago(2000, DateTimeOffset.FromUnixTimeMilliseconds(1000)));

    [Fact]
    public void Ago_OfAnUnknownTime_IsADash() => Assert.Equal("-", Words.Ago(0, DateTimeOffset.UnixEpoch));

    [Fact]
    public void Table_AlignsNumbersRight_AndPadsNoLineEnd()
    {
        var table = new Table("NAME", ">SIZE", "REASON");
        table.Add("a", "1 B", "x");
        table.Add("longer", "1000 B", "");
        Assert.Equal(
            ["NAME       SIZE   REASON", "a           1 B   x", "longer   1000 B   "],
            table.Lines().Select(line => string.Concat(line.Select(cell => cell.Text))));
    }

    [Fact]
    public void Table_RowOfAnotherWidth_IsABug() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Table("A", "B").Add("only one"));
}
