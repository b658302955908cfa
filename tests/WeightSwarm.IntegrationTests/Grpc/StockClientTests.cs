using System.Text.Json;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using WeightSwarm.Tests.Grpc;

namespace WeightSwarm.IntegrationTests.Grpc;

/// <summary>Our server, called by stock grpcio.</summary>
public sealed class StockClientTests
{
    private const int Limit = 100_000;

    [Theory]
    [InlineData("unary", "one")]
    [InlineData("collect", "a,b,c")]
    [InlineData("collect_enough", "a")]
    public async Task Server_OneReply_IsRead(string check, string text)
    {
        var result = await CheckAsync(check);

        Assert.Equal(("OK", text), (Code(result), result.GetProperty("text").GetString()));
    }

    [Fact]
    public async Task Server_ManyReplies_AreReadInOrder()
    {
        var expand = await CheckAsync("expand");
        var chat = await CheckAsync("chat");

        var indices = expand.GetProperty("indices").EnumerateArray().Select(index => index.GetInt32());
        var texts = chat.GetProperty("texts").EnumerateArray().Select(text => text.GetString());
        Assert.Equal(Enumerable.Range(0, 50), indices);
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"{i}"), texts);
    }

    [Fact]
    public async Task Server_Error_HasCodeWordsAndTrailers()
    {
        var early = await CheckAsync("fail");
        var late = await CheckAsync("fail_late");

        Assert.Equal(("FAILED_PRECONDITION", "naïve 100 %, 雪\nnext"), (Code(early), Details(early)));
        Assert.Equal(("FAILED_PRECONDITION", "late"), (Code(late), Details(late)));
        foreach (var result in new[] { early, late })
            Assert.Equal([("reason-bin", "00ff07")], Pairs(result.GetProperty("trailers")));
    }

    [Theory]
    [InlineData("crash", "UNKNOWN")]
    [InlineData("request_over_limit", "RESOURCE_EXHAUSTED")]
    [InlineData("response_over_limit", "RESOURCE_EXHAUSTED")]
    [InlineData("compressed", "UNIMPLEMENTED")]
    public async Task Server_Refuses_CodeIsRead(string check, string code)
    {
        var result = await CheckAsync(check);

        Assert.Equal(code, Code(result));
        Assert.DoesNotContain(ProbeService.SecretText, Details(result), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("deadline", "DEADLINE_EXCEEDED")]
    [InlineData("cancel", "CANCELLED")]
    public async Task Server_CallIsGivenUp_HandlerIsCancelled(string check, string code)
    {
        await using var host = await ProbeHost.StartAsync();

        var result = await StockGrpc.CheckAsync($"127.0.0.1:{host.Port}", check);

        Assert.Equal(code, Code(result));
        Assert.IsAssignableFrom<OperationCanceledException>(
            await host.Service.Ended.Task.Within("the handler is cancelled"));
    }

    [Fact]
    public async Task Server_Metadata_GoesThereAndBack()
    {
        var result = await CheckAsync("metadata");

        (string, string)[] expected = [("x-text", "a, b"), ("x-data-bin", "0001ff"), ("x-data-bin", "")];
        Assert.Equal(expected.Order(), Pairs(result.GetProperty("headers")).Order());
        Assert.Equal(expected.Order(), Pairs(result.GetProperty("trailers")).Order());
    }

    [Fact]
    public async Task Server_Message64KiB_ComesBackWhole()
    {
        var result = await CheckAsync("large");

        Assert.Equal((true, 65536), (result.GetProperty("same").GetBoolean(), result.GetProperty("bytes").GetInt32()));
    }

    [Fact]
    public async Task Server_OnUnixSocket_IsReached()
    {
        var folder = Directory.CreateTempSubdirectory("probe");
        try
        {
            var socket = Path.Combine(folder.FullName, "s");
            await using var host = await ProbeHost.StartAsync(
                kestrel => kestrel.ListenUnixSocket(socket, listen => listen.Protocols = HttpProtocols.Http2));

            Assert.Equal("OK", Code(await StockGrpc.CheckAsync($"unix:{socket}", "chat")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<JsonElement> CheckAsync(string check)
    {
        await using var host = await ProbeHost.StartAsync(limits: limits => limits.MaxReceiveMessageSize = Limit);
        return await StockGrpc.CheckAsync($"127.0.0.1:{host.Port}", check);
    }

    private static string? Code(JsonElement result) => result.GetProperty("code").GetString();

    private static string? Details(JsonElement result) => result.GetProperty("details").GetString();

    private static IEnumerable<(string, string)> Pairs(JsonElement list) =>
        list.EnumerateArray().Select(pair => (pair[0].GetString()!, pair[1].GetString()!));
}
