using Google.Protobuf;
using Grpc.Core;
using WeightSwarm.Tests.Grpc.V1;

namespace WeightSwarm.Tests.Grpc;

public sealed class CallShapeTests
{
    [Fact]
    public async Task Unary_OneRequest_AnswersIt()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().UnaryAsync(new ProbeRequest { Text = "a", Data = ByteString.CopyFrom(1, 2, 3) });
        var reply = await call;

        Assert.Equal("a", reply.Text);
        Assert.Equal([1, 2, 3], reply.Data.ToByteArray());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Unary_Blocking_AnswersIt()
    {
        await using var host = await ProbeHost.StartAsync();

        var reply = await Task.Run(() => host.Client().Unary(new ProbeRequest { Text = "blocking" }));

        Assert.Equal("blocking", reply.Text);
    }

    [Fact]
    public async Task Collect_SeveralRequests_AnswersOnce()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().Collect();
        foreach (var text in new[] { "a", "b", "c" })
            await call.RequestStream.WriteAsync(new ProbeRequest { Text = text });
        await call.RequestStream.CompleteAsync();

        Assert.Equal("a,b,c", (await call).Text);
    }

    [Fact]
    public async Task Collect_ServerHasEnough_AnswersBeforeTheRequestsEnd()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().Collect();
        await call.RequestStream.WriteAsync(new ProbeRequest { Text = "last", Act = "enough" });

        Assert.Equal("last", (await call).Text);
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new ProbeRequest()));
    }

    [Fact]
    public async Task Expand_OneRequest_AnswersInOrder()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().Expand(new ProbeRequest { Text = "x", Count = 100 });
        var indices = new List<uint>();
        await foreach (var reply in call.ResponseStream.ReadAllAsync()) indices.Add(reply.Index);

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (uint)i), indices);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Expand_NoReplies_EndsWell()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().Expand(new ProbeRequest { Count = 0 });

        Assert.False(await call.ResponseStream.MoveNext());
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Chat_InTurns_EachReplyComesBeforeTheNextRequest()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().Chat();
        for (uint i = 0; i < 20; i++)
        {
            await call.RequestStream.WriteAsync(new ProbeRequest { Text = $"{i}" });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(($"{i}", i), (call.ResponseStream.Current.Text, call.ResponseStream.Current.Index));
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Null(await host.Service.Ended.Task);
    }
}
