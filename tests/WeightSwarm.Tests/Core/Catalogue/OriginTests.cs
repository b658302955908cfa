using WeightSwarm.Core.Catalogue;

namespace WeightSwarm.Tests.Core.Catalogue;

public sealed class OriginTests
{
    [Theory]
    [InlineData("https://hub.example/org/m/resolve/abc", "a.bin", "https://hub.example/org/m/resolve/abc/a.bin")]
    [InlineData("http://127.0.0.1:8080/", "a/b c.bin", "http://127.0.0.1:8080/a/b%20c.bin")]
    [InlineData("https://h.example/x/", "100%/#1?.txt", "https://h.example/x/100%25/%231%3F.txt")]
    [InlineData("https://h.example/x/", "ü/…", "https://h.example/x/%C3%BC/%E2%80%A6")]
    [InlineData("https://h.example/x/", "a..b/c+d&e", "https://h.example/x/a..b/c%2Bd%26e")]
    public void UrlOf_APath_IsEscapedSegmentBySegment(string origin, string path, string url) =>
        Assert.Equal(url, Origin.Parse(origin, out _)!.UrlOf(path).AbsoluteUri);

    [Theory]
    [InlineData("/etc/", "the scheme file")]
    [InlineData("hub.example/m/", "not an absolute URL")]
    [InlineData("ftp://hub.example/", "the scheme ftp")]
    [InlineData("file:///etc/", "the scheme file")]
    [InlineData("https://me:pass@hub.example/", "a user name or password")]
    [InlineData("https://hub.example/?a=1", "a query or a fragment")]
    [InlineData("https://hub.example/#a", "a query or a fragment")]
    [InlineData("https://hub.example/ü/", "characters that a URL must escape")]
    [InlineData("https://hub.example/\u001b[31m", "characters that a URL must escape")]
    public void Parse_WhatIsNoOrigin_SaysWhatIsWrong(string text, string fault)
    {
        Assert.Null(Origin.Parse(text, out var found));
        Assert.Contains(fault, found, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_TooLong_IsRefused()
    {
        var longest = "https://h.example/".PadRight(Origin.LongestText - 1, 'a') + "/";
        Assert.NotNull(Origin.Parse(longest, out _));
        Assert.Null(Origin.Parse(longest[..^1] + "a/", out _));
    }

    [Fact]
    public void Server_OfTwoModelsThere_IsTheSame() => Assert.Equal(
        Origin.Parse("https://hub.example/a/", out _)!.Server, Origin.Parse("https://HUB.example:443/", out _)!.Server);
}
