using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using WeightSwarm.Tests.Grpc.V1;

namespace WeightSwarm.Tests.Grpc;

/// <summary>Requests that no client of ours would send, written by hand.</summary>
public sealed class RawServerTests
{
    private const string Unary = "/weightswarm.tests.v1.Probe/Unary";
    private const string Chat = "/weightswarm.tests.v1.Probe/Chat";
    private static readonly byte[] EmptyMessage = [0, 0, 0, 0, 0];

    [Theory]
    [InlineData(Unary, new byte[] { 7, 0, 0, 0, 0 }, null, "13")]
    [InlineData(Unary, new byte[] { 0, 0, 0, 0, 9, 1 }, null, "13")]
    [InlineData(Unary, new byte[] { }, null, "13")]
    [InlineData(Unary, new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, null, "13")]
    [InlineData(Unary, new byte[] { 0, 0, 0, 0, 1, 255 }, null, "13")]
    [InlineData(Unary, new byte[] { 0, 127, 255, 255, 255 }, null, "8")]
    [InlineData(Chat, new byte[] { 0, 255, 255, 255, 255 }, null, "8")]
    [InlineData(Chat, new byte[] { 1, 0, 0, 0, 1, 0 }, "gzip", "12")]
    [InlineData(Chat, new byte[] { 1, 0, 0, 0, 1, 0 }, null, "13")]
    public async Task Body_Malformed_HasItsStatus(string path, byte[] body, string? encoding, string status)
    {
        await using var host = await ProbeHost.StartAsync();

        using var response = await PostAsync(host, path, body, ("grpc-encoding", encoding));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(status, await StatusAsync(response));
    }

    [Theory]
    [InlineData("1x")]
    [InlineData("123456789S")]
    public async Task Timeout_Malformed_IsInternal(string timeout)
    {
        await using var host = await ProbeHost.StartAsync();

        using var response = await PostAsync(host, Unary, EmptyMessage, ("grpc-timeout", timeout));

        Assert.Equal("13", await StatusAsync(response));
        Assert.Empty(host.Service.Calls);
    }

    [Fact]
    public async Task Metadata_BinaryThatIsNotBase64_IsInternal()
    {
        await using var host = await ProbeHost.StartAsync();

        using var response = await PostAsync(host, Unary, EmptyMessage, ("x-bin", "!!!"));

        Assert.Equal("13", await StatusAsync(response));
        Assert.Empty(host.Service.Calls);
    }

    [Theory]
    [InlineData("AAE", new byte[] { 0, 1 })]
    [InlineData("AAE=", new byte[] { 0, 1 })]
    [InlineData("", new byte[] { })]
    public async Task Metadata_BinaryWithAndWithoutPadding_IsRead(string text, byte[] expected)
    {
        await using var host = await ProbeHost.StartAsync();

        using var response = await PostAsync(host, Unary, EmptyMessage, ("x-bin", text));

        Assert.Equal("0", await StatusAsync(response));
        Assert.Equal(expected, Assert.Single(host.Service.Calls).RequestHeaders.GetValueBytes("x-bin"));
    }

    [Fact]
    public async Task ContentType_OfSomethingElse_IsUnsupportedMediaType()
    {
        await using var host = await ProbeHost.StartAsync();

        using var response = await PostAsync(host, Unary, EmptyMessage, contentType: "application/json");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        Assert.Empty(host.Service.Calls);
    }

    [Fact]
    public async Task Http1_IsToldToUpgrade()
    {
        await using var host = await ProbeHost.StartAsync(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        using var http = new HttpClient();
        using var body = new ByteArrayContent(EmptyMessage);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");

        using var response = await http.PostAsync(new Uri(host.Address + Unary), body);

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
        Assert.Empty(host.Service.Calls);
    }

    [Fact]
    public async Task Deadline_PassesUnderAWriteThatWaits_EndsTheWrite()
    {
        await using var host = await ProbeHost.StartAsync();
        byte[] message = Message(new ProbeRequest { Count = uint.MaxValue, ReplyBytes = 1 << 20 });
        using var http = new HttpMessageInvoker(new SocketsHttpHandler());
        using var request = Request(host, "/weightswarm.tests.v1.Probe/Expand", message, ("grpc-timeout", "1S"));

        // Nobody reads the body, so the server's window fills and its write waits.
        using var response = await http.SendAsync(request, CancellationToken.None);

        Assert.IsAssignableFrom<OperationCanceledException>(
            await host.Service.Ended.Task.Within("the write ends"));
    }

    [Fact]
    public async Task Deadline_HandlerDoesNotListen_ClientIsAnsweredAnyway()
    {
        await using var host = await ProbeHost.StartAsync();
        byte[] request = Message(new ProbeRequest { Act = "ignore" });

        using var response = await PostAsync(host, Unary, request, ("grpc-timeout", "1S"));

        Assert.Equal("4", await StatusAsync(response));
        Assert.True(host.Service.Waiting.Task.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Deadline_Passes_CancelsTheHandler()
    {
        await using var host = await ProbeHost.StartAsync();
        byte[] request = Message(new ProbeRequest { Act = "hang" });

        using var response = await PostAsync(host, Unary, request, ("grpc-timeout", "1S"));

        Assert.Equal("4", await StatusAsync(response));
        Assert.IsAssignableFrom<OperationCanceledException>(
            await host.Service.Ended.Task.Within("the handler is cancelled"));
    }

    [Fact]
    public async Task Deadline_PassesBetweenMessages_EndsTheStream()
    {
        await using var host = await ProbeHost.StartAsync();
        byte[] request = Message(new ProbeRequest { Act = "ignore", Count = 2 });

        using var response = await PostAsync(
            host, "/weightswarm.tests.v1.Probe/Expand", request, ("grpc-timeout", "1S"));

        Assert.Equal("4", await StatusAsync(response));
        Assert.Equal(2, host.Service.Written);
    }

    private static byte[] Message(ProbeRequest request) =>
        [0, 0, 0, 0, checked((byte)request.CalculateSize()), .. request.ToByteArray()];

    private static async Task<HttpResponseMessage> PostAsync(
        ProbeHost host,
        string path,
        byte[] body,
        (string Name, string? Value)? header = null,
        string contentType = "application/grpc")
    {
        using var http = new HttpClient();
        using var request = Request(host, path, body, header, contentType);
        return await http.SendAsync(request).Within("the server answers");
    }

    private static HttpRequestMessage Request(
        ProbeHost host,
        string path,
        byte[] body,
        (string Name, string? Value)? header,
        string contentType = "application/grpc")
    {
        var request = new HttpRequestMessage(HttpMethod.Post, host.Address + path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        if (header is ({ } name, { } value)) request.Headers.TryAddWithoutValidation(name, value);
        return request;
    }

    private static async Task<string?> StatusAsync(HttpResponseMessage response)
    {
        await response.Content.ReadAsByteArrayAsync();
        return response.Headers.Concat(response.TrailingHeaders)
            .Where(field => field.Key == "grpc-status").Select(field => field.Value.Single()).SingleOrDefault();
    }
}
