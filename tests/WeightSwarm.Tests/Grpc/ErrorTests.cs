using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using WeightSwarm.Tests.Grpc.V1;

namespace WeightSwarm.Tests.Grpc;

public sealed class ErrorTests
{
    [Fact]
    public async Task Unary_HandlerThrowsRpcException_CarriesCodeWordsAndTrailers()
    {
        const string Words = "naïve 100 %, line\nbreak, 雪 and a % at the end %";
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().UnaryAsync(new ProbeRequest { Act = "fail", Text = Words });
        var error = await ProbeHost.FailureAsync(call.ResponseAsync);

        Assert.Equal((StatusCode.FailedPrecondition, Words), (error.StatusCode, error.Status.Detail));
        Assert.Equal([0, 255, 7], error.Trailers.GetValueBytes("reason-bin"));
        Assert.Equal(error.Status, call.GetStatus());
        Assert.Equal([0, 255, 7], call.GetTrailers().GetValueBytes("reason-bin"));
    }

    [Fact]
    public async Task Expand_HandlerFailsAfterReplies_RepliesComeFirst()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().Expand(new ProbeRequest { Act = "fail", Text = "late", Count = 3 });
        for (var i = 0; i < 3; i++) Assert.True(await call.ResponseStream.MoveNext());
        var error = await ProbeHost.FailureAsync(call.ResponseStream.MoveNext());
        var again = await ProbeHost.FailureAsync(call.ResponseStream.MoveNext());

        Assert.Equal((StatusCode.FailedPrecondition, "late"), (error.StatusCode, error.Status.Detail));
        Assert.Equal([0, 255, 7], error.Trailers.GetValueBytes("reason-bin"));
        Assert.Equal(error.Status, again.Status);
    }

    [Fact]
    public async Task Unary_HandlerThrowsAnything_IsUnknownAndKeepsItsSecret()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().UnaryAsync(new ProbeRequest { Act = "crash" });
        var error = await ProbeHost.FailureAsync(call.ResponseAsync);

        Assert.Equal(StatusCode.Unknown, error.StatusCode);
        Assert.DoesNotContain(ProbeService.SecretText, error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unary_HandlerReturnsNull_IsCancelled()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().UnaryAsync(new ProbeRequest { Act = "null" });
        var error = await ProbeHost.FailureAsync(call.ResponseAsync);

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
    }

    [Fact]
    public async Task Unary_TrailersThatCannotBeSent_IsInternal()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().UnaryAsync(new ProbeRequest { Act = "bad trailers" });
        var error = await ProbeHost.FailureAsync(call.ResponseAsync);

        Assert.Equal(StatusCode.Internal, error.StatusCode);
        Assert.Contains("'x-text'", error.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Chat_HandlerSetsStatus_EndsWithIt()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().Chat();
        await call.RequestStream.WriteAsync(new ProbeRequest { Act = "status", Text = "not here" });
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext());
        var error = await ProbeHost.FailureAsync(call.ResponseStream.MoveNext());

        Assert.Equal(new Status(StatusCode.NotFound, "not here"), error.Status);
    }

    [Theory]
    [InlineData("weightswarm.tests.v1.Probe", "Nothing")]
    [InlineData("weightswarm.tests.v1.Nobody", "Nothing")]
    public async Task Unary_MethodOrServiceThatIsNotThere_IsUnimplemented(string service, string name)
    {
        await using var host = await ProbeHost.StartAsync();
        var codec = Marshallers.Create<byte[]>(bytes => bytes, bytes => bytes);
        var method = new Method<byte[], byte[]>(MethodType.Unary, service, name, codec, codec);

        using var call = host.Channel().CreateCallInvoker().AsyncUnaryCall(method, null, default, []);
        var error = await ProbeHost.FailureAsync(call.ResponseAsync);

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Theory]
    [InlineData(StatusCodes.Status401Unauthorized, StatusCode.Unauthenticated)]
    [InlineData(StatusCodes.Status403Forbidden, StatusCode.PermissionDenied)]
    [InlineData(StatusCodes.Status404NotFound, StatusCode.Unimplemented)]
    [InlineData(StatusCodes.Status400BadRequest, StatusCode.Internal)]
    [InlineData(StatusCodes.Status503ServiceUnavailable, StatusCode.Unavailable)]
    [InlineData(StatusCodes.Status418ImATeapot, StatusCode.Unknown)]
    [InlineData(StatusCodes.Status200OK, StatusCode.Unknown)]
    public async Task Unary_AnswerWithoutGrpcStatus_IsMappedFromHttp(int http, StatusCode expected)
    {
        await using var host = await ProbeHost.StartAsync(map: app => app.Run(context =>
        {
            context.Response.StatusCode = http;
            return context.Response.WriteAsync("plain words");
        }));

        var error = await ProbeHost.FailureAsync(host.Client().UnaryAsync(new ProbeRequest()).ResponseAsync);

        Assert.Equal(expected, error.StatusCode);
    }

    [Fact]
    public async Task Unary_NobodyListens_IsUnavailable()
    {
        string address;
        await using (var host = await ProbeHost.StartAsync()) address = host.Address;
        using var channel = GrpcChannel.ForAddress(address);

        using var call = new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest());
        var error = await ProbeHost.FailureAsync(call.ResponseAsync);
        var headers = await ProbeHost.FailureAsync(call.ResponseHeadersAsync);

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Equal(StatusCode.Unavailable, headers.StatusCode);
    }

    [Fact]
    public async Task Chat_NobodyListens_WriteSaysUnavailable()
    {
        string address;
        await using (var host = await ProbeHost.StartAsync()) address = host.Address;
        using var channel = GrpcChannel.ForAddress(address);

        using var call = new Probe.ProbeClient(channel).Chat();
        var error = await ProbeHost.FailureAsync(call.RequestStream.WriteAsync(new ProbeRequest()));

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    [Fact]
    public async Task Server_WriteBeforeTheLastHasEnded_IsRefused()
    {
        await using var host = await ProbeHost.StartAsync();

        // Each reply is larger than the client's window, so that the first write has to wait.
        using var call = host.Client(new GrpcChannelOptions { MaxReceiveMessageSize = null })
            .Expand(new ProbeRequest { Act = "twice", ReplyBytes = 8 << 20 });

        Assert.IsType<InvalidOperationException>(await host.Service.Ended.Task.Within("the second write is refused"));
    }

    [Fact]
    public async Task Client_WriteBeforeTheLastHasEnded_IsRefused()
    {
        await using var host = await ProbeHost.StartAsync(limits: limits => limits.MaxReceiveMessageSize = null);
        var large = new ProbeRequest { Data = Google.Protobuf.ByteString.CopyFrom(new byte[8 << 20]), Act = "ignore" };

        using var call = host.Client().Chat();
        await call.RequestStream.WriteAsync(new ProbeRequest { Act = "ignore" });
        var first = call.RequestStream.WriteAsync(large);
        var second = call.RequestStream.WriteAsync(large);

        await Assert.ThrowsAsync<InvalidOperationException>(() => second);
        host.Service.Release();
        await first.Within("the first write ends");
    }

    [Fact]
    public async Task Client_WriteAfterComplete_IsRefused()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().Chat();
        await call.RequestStream.CompleteAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync(new ProbeRequest()));
    }

    [Fact]
    public async Task Call_NotEnded_HasNoStatusYet()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().UnaryAsync(new ProbeRequest { Act = "ignore" });

        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        Assert.Throws<InvalidOperationException>(() => call.GetTrailers());
    }
}
