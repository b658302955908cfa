using System.Net;
using System.Net.Http.Headers;
using WeightSwarm.Node.Origins;

namespace WeightSwarm.Tests.Node.Origins;

public sealed class AnswerRuleTests
{
    private const long FileBytes = 1000;
    private static readonly ByteRange _range = new(100, 199);

    [Fact]
    public void Judge_TheRangeThatWasAskedFor_IsGood()
    {
        using var part = Part(100, 199);
        Assert.Null(Judge(part));
        Assert.Equal(0, AnswerRule.Skip(part, _range));
        using var unknownLength = Part(100, 199, total: null);
        Assert.Null(Judge(unknownLength));
    }

    [Fact]
    public void Judge_TheWholeFile_IsSliced()
    {
        using var whole = Whole(FileBytes);
        Assert.Null(Judge(whole));
        Assert.Equal(100, AnswerRule.Skip(whole, _range));
    }

    [Theory]
    [InlineData(99, 198, 1000L)]
    [InlineData(100, 200, 1000L)]
    [InlineData(100, 150, 1000L)]
    [InlineData(100, 199, 1001L)]
    public void Judge_AnotherRange_IsNotTheFile(long from, long to, long total)
    {
        using var part = Part(from, to, total);
        Assert.Equal(OriginFault.NotTheFile, Judge(part)!.Fault);
    }

    [Fact]
    public void Judge_APartWithoutSayingWhich_IsNotTheFile()
    {
        using var part = Of(HttpStatusCode.PartialContent, 100);
        Assert.Equal(OriginFault.NotTheFile, Judge(part)!.Fault);
    }

    [Fact]
    public void Judge_ABodyOfAnotherLength_IsNotTheFile()
    {
        using var part = Part(100, 199);
        part.Content.Headers.ContentLength = 99;
        using var whole = Whole(FileBytes - 1);
        Assert.Equal(OriginFault.NotTheFile, Judge(part)!.Fault);
        Assert.Equal(OriginFault.NotTheFile, Judge(whole)!.Fault);
    }

    [Fact]
    public void Judge_AnEncodedBody_IsNotTheFile()
    {
        using var part = Part(100, 199);
        part.Content.Headers.ContentEncoding.Add("gzip");
        Assert.Equal(OriginFault.NotTheFile, Judge(part)!.Fault);
        part.Content.Headers.ContentEncoding.Clear();
        part.Content.Headers.ContentEncoding.Add("identity");
        Assert.Null(Judge(part));
    }

    [Fact]
    public void Judge_APage_IsTheFileOnlyWhereTheFileIsOne()
    {
        using var part = Part(100, 199);
        part.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("text/html; charset=utf-8");
        Assert.Equal(OriginFault.NotTheFile, Judge(part)!.Fault);
        Assert.Null(AnswerRule.Judge(part, _range, "docs/index.HTML", FileBytes, default));
    }

    [Theory]
    [InlineData(401, OriginFault.Refused)]
    [InlineData(403, OriginFault.Refused)]
    [InlineData(404, OriginFault.Gone)]
    [InlineData(410, OriginFault.Gone)]
    [InlineData(408, OriginFault.Failing)]
    [InlineData(416, OriginFault.NotTheFile)]
    [InlineData(429, OriginFault.Busy)]
    [InlineData(500, OriginFault.Failing)]
    [InlineData(503, OriginFault.Failing)]
    [InlineData(599, OriginFault.Failing)]
    [InlineData(204, OriginFault.NotTheFile)]
    [InlineData(418, OriginFault.NotTheFile)]
    public void Judge_AStatus_IsItsFault(int status, object fault)
    {
        using var response = Of((HttpStatusCode)status, 0);
        Assert.Equal((OriginFault)fault, Judge(response)!.Fault);
    }

    private static OriginTrouble? Judge(HttpResponseMessage response) =>
        AnswerRule.Judge(response, _range, "w.bin", FileBytes, default);

    private static HttpResponseMessage Part(long from, long to, long? total = FileBytes)
    {
        var part = Of(HttpStatusCode.PartialContent, to - from + 1);
        part.Content.Headers.ContentRange = total is { } length
            ? new ContentRangeHeaderValue(from, to, length)
            : new ContentRangeHeaderValue(from, to);
        return part;
    }

    private static HttpResponseMessage Whole(long bytes) => Of(HttpStatusCode.OK, bytes);

    private static HttpResponseMessage Of(HttpStatusCode status, long bytes)
    {
        var response = new HttpResponseMessage(status) { Content = new ByteArrayContent([]) };
        response.Content.Headers.ContentLength = bytes;
        return response;
    }
}
