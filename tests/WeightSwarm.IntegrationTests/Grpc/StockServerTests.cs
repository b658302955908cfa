using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using WeightSwarm.Tests.Grpc;
using WeightSwarm.Tests.Grpc.V1;

namespace WeightSwarm.IntegrationTests.Grpc;

/// <summary>Our client, calling stock grpcio.</summary>
public sealed class StockServerTests(StockServerFixture stock) : IClassFixture<StockServerFixture>
{
    private const int Limit = 100_000;

    private Probe.ProbeClient Client => new(stock.Channel);

    [Fact]
    public async Task Client_AllShapes_AreAnswered()
    {
        Assert.Equal("one", (await Client.UnaryAsync(new ProbeRequest { Text = "one" })).Text);

        using var collect = Client.Collect();
        foreach (var text in new[] { "a", "b" })
            await collect.RequestStream.WriteAsync(new ProbeRequest { Text = text });
        await collect.RequestStream.CompleteAsync();
        Assert.Equal("a,b", (await collect).Text);

        using var expand = Client.Expand(new ProbeRequest { Count = 50 });
        uint expected = 0;
        await foreach (var reply in expand.ResponseStream.ReadAllAsync()) Assert.Equal(expected++, reply.Index);
        Assert.Equal(50u, expected);
    }

    [Fact]
    public async Task Client_ChatInTurns_IsAnswered()
    {
        using var chat = Client.Chat();
        for (var turn = 0; turn < 50; turn++)
        {
            await chat.RequestStream.WriteAsync(new ProbeRequest { Text = $"{turn}" });
            Assert.True(await chat.ResponseStream.MoveNext());
            Assert.Equal($"{turn}", chat.ResponseStream.Current.Text);
        }

        await chat.RequestStream.CompleteAsync();
        Assert.False(await chat.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, chat.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Client_ServerAnswersBeforeTheRequestsEnd_HasTheAnswer()
    {
        using var collect = Client.Collect();
        await collect.RequestStream.WriteAsync(new ProbeRequest { Text = "a", Act = "enough" });

        Assert.Equal("a", (await collect.ResponseAsync.Within("the answer")).Text);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task Client_Error_HasCodeWordsAndTrailers(uint replies)
    {
        const string Words = "naïve 100 %, 雪\nnext";

        using var call = Client.Expand(new ProbeRequest { Act = "fail", Text = Words, Count = replies });
        for (var i = 0; i < replies; i++) Assert.True(await call.ResponseStream.MoveNext());
        var error = await ProbeHost.FailureAsync(call.ResponseStream.MoveNext());

        Assert.Equal(new Status(StatusCode.FailedPrecondition, Words), error.Status);
        Assert.Equal([0, 255, 7], error.Trailers.GetValueBytes("reason-bin"));
    }

    [Fact]
    public async Task Client_HandlerRaises_IsUnknown()
    {
        var error = await ProbeHost.FailureAsync(Client.UnaryAsync(new ProbeRequest { Act = "crash" }).ResponseAsync);

        Assert.Equal(StatusCode.Unknown, error.StatusCode);
    }

    [Fact]
    public async Task Client_DeadlinePasses_BothSidesLearn()
    {
        await Client.UnaryAsync(new ProbeRequest());
        var deadline = DateTime.UtcNow.AddSeconds(1);
        using var call = Client.UnaryAsync(new ProbeRequest { Act = "hang" }, deadline: deadline);
        var error = await ProbeHost.FailureAsync(call.ResponseAsync).Within("the deadline");

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.Equal("waiting", await stock.Server.ReadLineAsync().Within("the handler starts"));
        Assert.Equal("cancelled", await stock.Server.ReadLineAsync().Within("the handler ends"));
    }

    [Fact]
    public async Task Client_Deadline_IsToldToTheServer()
    {
        var request = new ProbeRequest { Act = "deadline" };
        using var call = Client.UnaryAsync(request, deadline: DateTime.UtcNow.AddHours(1));
        using var without = Client.UnaryAsync(request);

        var left = (await call.ResponseHeadersAsync).GetValue("x-left");
        Assert.InRange(int.Parse(left!, System.Globalization.CultureInfo.InvariantCulture), 3000, 3600);
        Assert.Equal("none", (await without.ResponseHeadersAsync).GetValue("x-left"));
    }

    [Fact]
    public async Task Client_Disposes_ServerIsCancelled()
    {
        var call = Client.Chat();
        await call.RequestStream.WriteAsync(new ProbeRequest());
        Assert.True(await call.ResponseStream.MoveNext());
        await call.RequestStream.WriteAsync(new ProbeRequest { Act = "hang" });
        Assert.Equal("waiting", await stock.Server.ReadLineAsync().Within("the handler starts"));
        call.Dispose();

        Assert.Equal("cancelled", await stock.Server.ReadLineAsync().Within("the handler ends"));
    }

    [Fact]
    public async Task Client_Metadata_GoesThereAndBack()
    {
        var sent = new Metadata { { "x-text", "a, b" }, { "x-data-bin", [0, 1, 255] }, { "x-empty-bin", [] } };

        using var call = Client.UnaryAsync(new ProbeRequest { Act = "mirror" }, sent);
        await call;

        foreach (var received in new[] { await call.ResponseHeadersAsync, call.GetTrailers() })
        {
            Assert.Equal("a, b", received.GetValue("x-text"));
            Assert.Equal([0, 1, 255], received.GetValueBytes("x-data-bin"));
            Assert.Equal(0, received.GetValueBytes("x-empty-bin")?.Length);
        }
    }

    [Fact]
    public async Task Client_Message64KiB_ComesBackWhole()
    {
        var data = new byte[65536];
        new Random(20_251_6).NextBytes(data);

        var reply = await Client.UnaryAsync(new ProbeRequest { Data = ByteString.CopyFrom(data) });

        Assert.Equal(data, reply.Data.ToByteArray());
    }

    [Fact]
    public async Task Client_RequestOverTheServersLimit_IsResourceExhausted()
    {
        var request = new ProbeRequest { Data = ByteString.CopyFrom(new byte[Limit + 1]) };

        var error = await ProbeHost.FailureAsync(Client.UnaryAsync(request).ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Client_ResponseOverItsLimit_IsResourceExhausted()
    {
        using var channel = GrpcChannel.ForAddress(
            stock.Server.Address, new GrpcChannelOptions { MaxReceiveMessageSize = Limit / 2 });

        var call = new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest { ReplyBytes = Limit / 2 + 1 });
        var error = await ProbeHost.FailureAsync(call.ResponseAsync);

        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }

    [Fact]
    public async Task Client_UnknownMethod_IsUnimplemented()
    {
        var codec = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);
        var method = new Method<byte[], byte[]>(
            MethodType.Unary, "weightswarm.tests.v1.Probe", "Nothing", codec, codec);

        using var call = stock.Channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, []);
        var error = await ProbeHost.FailureAsync(call.ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task Client_OverUnixSocket_ReachesTheServer()
    {
        var folder = Directory.CreateTempSubdirectory("probe");
        try
        {
            var socket = Path.Combine(folder.FullName, "s");
            await using var server = await StockServer.StartAsync($"unix:{socket}");
            using var handler = UnixSocketHandler.Create(socket);
            using var channel = GrpcChannel.ForAddress(
                "http://localhost", new GrpcChannelOptions { HttpHandler = handler });

            var reply = await new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest { Text = "file" });

            Assert.Equal("file", reply.Text);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
