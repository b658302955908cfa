using System.Globalization;
using WeightSwarm.Node.Origins;

namespace WeightSwarm.Tests.Node.Origins;

public sealed class RedirectRuleTests
{
    private const long NowUnixMs = 1_800_000_000_000;
    private static readonly Uri _from = new("https://hub.example/org/m/resolve/1/a.bin");

    [Theory]
    [InlineData("https://cdn.example/x?sig=1", "https://cdn.example/x?sig=1")]
    [InlineData("/api/resolve-cache/a", "https://hub.example/api/resolve-cache/a")]
    [InlineData("b.bin", "https://hub.example/org/m/resolve/1/b.bin")]
    public void Next_GoodLocation_IsFollowed(string location, string url) =>
        Assert.Equal(url, RedirectRule.Next(_from, location, out _)!.AbsoluteUri);

    [Theory]
    [InlineData("http://cdn.example/x", "from https to http")]
    [InlineData("file:///etc/passwd", "the scheme file")]
    [InlineData("ftp://cdn.example/x", "the scheme ftp")]
    [InlineData("https://a:b@cdn.example/x", "user name or password")]
    [InlineData("https://:99999/", "no URL")]
    public void Next_BadLocation_IsNotFollowed(string location, string fault)
    {
        Assert.Null(RedirectRule.Next(_from, location, out var found));
        Assert.Contains(fault, found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Amz-Expires=3600", 3_300_000)]
    [InlineData("X-Amz-Expires=60", 30_000)]
    [InlineData("X-Amz-Expires=1", 5_000)]
    [InlineData("X-Goog-Expires=604800", 86_400_000)]
    [InlineData("Expires=1800003600", 3_300_000)]
    [InlineData("Expires=1", 5_000)]
    [InlineData("se=2027-01-15T09:00:00Z&sp=r", 3_300_000)]
    [InlineData("X-Amz-Expires=99999999999999999999", 600_000)]
    [InlineData("", 600_000)]
    public void LifetimeMs_OfASignedUrl_IsShorterThanItsSignature(string query, long ms) =>
        Assert.Equal(ms, RedirectRule.LifetimeMs(new Uri($"https://cdn.example/x?{query}"), NowUnixMs));

    [Theory]
    [InlineData("Retry-After", "120", 120_000)]
    [InlineData("Retry-After", "Fri, 15 Jan 2027 08:01:00 GMT", 60_000)]
    [InlineData("Retry-After", "Thu, 14 Jan 2027 08:01:00 GMT", 0)]
    [InlineData("Retry-After", "soon", 0)]
    [InlineData("RateLimit", "\"resolvers\";r=0;t=55", 56_000)]
    [InlineData("Server", "x", 0)]
    public void RetryAfter_EachForm_IsRead(string header, string value, long ms)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation(header, value);
        var now = DateTimeOffset.FromUnixTimeMilliseconds(NowUnixMs);
        Assert.Equal("2027-01-15T08:00:00", now.ToString("s", CultureInfo.InvariantCulture));
        Assert.Equal(ms, RetryAfter.Ms(response.Headers, now));
    }
}
