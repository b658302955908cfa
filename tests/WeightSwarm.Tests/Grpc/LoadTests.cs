using Google.Protobuf;
using Grpc.Core;
using WeightSwarm.Tests.Grpc.V1;

namespace WeightSwarm.Tests.Grpc;

public sealed class LoadTests
{
    [Fact]
    public async Task Calls_ManyAtOnceOnOneChannel_EachGetsItsOwnAnswer()
    {
        await using var host = await ProbeHost.StartAsync();
        var client = host.Client();

        var unary = Enumerable.Range(0, 500).Select(async i =>
        {
            var reply = await client.UnaryAsync(new ProbeRequest { Text = $"{i}", ReplyBytes = (uint)i });
            Assert.Equal(($"{i}", i), (reply.Text, reply.Data.Length));
        });
        var chats = Enumerable.Range(0, 50).Select(i => ChatAsync(client, i, turns: 20));

        await Task.WhenAll(unary.Concat(chats)).Within("all calls end");
    }

    [Fact]
    public async Task Chat_BothDirectionsAtFullSpeed_KeepsOrderAndBytes()
    {
        const int Messages = 300;
        await using var host = await ProbeHost.StartAsync();
        var data = new byte[64 * 1024];
        new Random(20_251_5).NextBytes(data);

        using var call = host.Client().Chat();
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < Messages; i++)
                await call.RequestStream.WriteAsync(new ProbeRequest { Data = ByteString.CopyFrom(data) });
            await call.RequestStream.CompleteAsync();
        });
        uint read = 0;
        await foreach (var reply in call.ResponseStream.ReadAllAsync())
        {
            Assert.Equal(read++, reply.Index);
            Assert.True(reply.Data.Span.SequenceEqual(data), $"reply {reply.Index} differs");
        }

        await writing.Within("the writer ends");
        Assert.Equal((uint)Messages, read);
    }

    [Fact]
    public async Task Expand_ClientDoesNotRead_ServerWaits()
    {
        // HttpClient's window grows to 16 MiB at most; the server may be ahead by that and by small buffers, not more.
        const int ReplyBytes = 64 * 1024;
        const int Replies = 2_000;
        const int MostAhead = (24 << 20) / ReplyBytes;
        await using var host = await ProbeHost.StartAsync();
        var client = host.Client();

        using var call = client.Expand(new ProbeRequest { Count = Replies, ReplyBytes = ReplyBytes });
        for (var read = 1; read <= Replies; read++)
        {
            Assert.True(await call.ResponseStream.MoveNext());
            if (read % 200 == 1)
                for (var i = 0; i < 20; i++) await client.UnaryAsync(new ProbeRequest());
            Assert.InRange(host.Service.Written, 0, read + MostAhead);
        }
    }

    private static async Task ChatAsync(Probe.ProbeClient client, int number, int turns)
    {
        using var call = client.Chat();
        for (var turn = 0; turn < turns; turn++)
        {
            await call.RequestStream.WriteAsync(new ProbeRequest { Text = $"{number}/{turn}" });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal($"{number}/{turn}", call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
    }
}
