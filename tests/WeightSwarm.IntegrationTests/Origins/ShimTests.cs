using System.Net;
using System.Net.Http.Headers;

namespace WeightSwarm.IntegrationTests.Origins;

/// <summary>What the shim answers to whoever asks.</summary>
public sealed class ShimTests
{
    private const string File = "model/weights-1.bin";

    [Fact]
    public async Task Get_UnknownPath_IsNotFound_AndNothingIsAskedOfTheOrigin()
    {
        await using var rig = await OriginRig.StartAsync(Misbehaviours.Of("none"));
        var door = rig.OpenDoor();
        using var client = new HttpClient();
        foreach (var path in new[]
        {
            "model/other", "model/../../etc/passwd", "model/%2e%2e/x", "", "model/weights-1.bin?x=1",
        })
            Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(new Uri(door + path))).StatusCode);
        var guessed = new Uri(door, $"../{new string('0', 32)}/{File}");
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(guessed)).StatusCode);
        Assert.Empty(rig.Origin.Log);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(131_071, 131_072)]
    [InlineData(1_299_999, 1_299_999)]
    [InlineData(0, 1_299_999)]
    public async Task Get_Range_IsExactlyThat(int first, int last)
    {
        await using var rig = await OriginRig.StartAsync(Misbehaviours.Of("redirects"));
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(rig.OpenDoor() + File));
        request.Headers.Range = new RangeHeaderValue(first, last);
        using var response = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal($"bytes {first}-{last}/1300000", response.Content.Headers.ContentRange!.ToString());
        Assert.Equal(
            rig.Torrent.Files["weights-1.bin"][first..(last + 1)], await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Get_RangesOfOneFile_AskTheOriginOnceWhereItRedirectedTo()
    {
        await using var rig = await OriginRig.StartAsync(Misbehaviours.Of("redirects"));
        using var client = new HttpClient();
        var url = new Uri(rig.OpenDoor() + File);
        for (var first = 0; first < 10; first++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            request.Headers.Range = new RangeHeaderValue(first, first + 10);
            (await client.SendAsync(request)).EnsureSuccessStatusCode().Dispose();
        }
        Assert.Equal((1, 10), (rig.Origin.Requests("files"), rig.Origin.Requests("signed")));
    }

    [Fact]
    public async Task Get_WhileTheOriginIsOut_HangsUpWithoutAStatus()
    {
        await using var rig = await OriginRig.StartAsync(async request =>
        {
            request.Response.StatusCode = 404;
            await request.Response.Body.FlushAsync();
            return true;
        });
        using var client = new HttpClient();
        var url = new Uri(rig.OpenDoor() + File);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(url));
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(url));
        Assert.Single(rig.Origin.Log);
        Assert.Contains("404", Assert.Single(rig.Book.Warnings), StringComparison.Ordinal);
    }
}
