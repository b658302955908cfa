using Grpc.Core;
using Grpc.Net.Client;
using WeightSwarm.Tests.Grpc.V1;

namespace WeightSwarm.Tests.Grpc;

public sealed class CancellationTests
{
    [Fact]
    public async Task Unary_CallerCancels_BothSidesLearn()
    {
        await using var host = await ProbeHost.StartAsync();
        using var cancel = new CancellationTokenSource();

        using var call = host.Client().UnaryAsync(new ProbeRequest { Act = "hang" }, cancellationToken: cancel.Token);
        await host.Service.Waiting.Task.Within("the handler starts");
        await cancel.CancelAsync();
        var error = await ProbeHost.FailureAsync(call.ResponseAsync);

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.IsAssignableFrom<OperationCanceledException>(
            await host.Service.Ended.Task.Within("the handler is cancelled"));
    }

    [Fact]
    public async Task Unary_CancelledBeforeItStarts_NeverReachesTheServer()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().UnaryAsync(new ProbeRequest(), cancellationToken: new CancellationToken(true));
        var error = await ProbeHost.FailureAsync(call.ResponseAsync);
        await host.Client().UnaryAsync(new ProbeRequest());

        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
        Assert.Single(host.Service.Calls);
    }

    [Fact]
    public async Task Chat_ClientDisposes_ServerStopsReading()
    {
        await using var host = await ProbeHost.StartAsync();

        var call = host.Client().Chat();
        await call.RequestStream.WriteAsync(new ProbeRequest());
        Assert.True(await call.ResponseStream.MoveNext());
        call.Dispose();

        Assert.IsAssignableFrom<OperationCanceledException>(
            await host.Service.Ended.Task.Within("the handler's read ends"));
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Expand_ClientDisposes_ServerStopsWriting()
    {
        await using var host = await ProbeHost.StartAsync();

        var call = host.Client().Expand(new ProbeRequest { Count = uint.MaxValue });
        Assert.True(await call.ResponseStream.MoveNext());
        call.Dispose();

        Assert.IsAssignableFrom<OperationCanceledException>(
            await host.Service.Ended.Task.Within("the handler's writes end"));
    }

    [Fact]
    public async Task Chat_ReadTokenCancelled_EndsTheCall()
    {
        await using var host = await ProbeHost.StartAsync();
        using var cancel = new CancellationTokenSource();

        using var call = host.Client().Chat();
        await call.RequestStream.WriteAsync(new ProbeRequest());
        Assert.True(await call.ResponseStream.MoveNext());
        var read = call.ResponseStream.MoveNext(cancel.Token);
        await cancel.CancelAsync();

        Assert.Equal(StatusCode.Cancelled, (await ProbeHost.FailureAsync(read)).StatusCode);
        Assert.NotNull(await host.Service.Ended.Task.Within("the handler's read ends"));
    }

    [Fact]
    public async Task Channel_Disposed_EndsItsCalls()
    {
        await using var host = await ProbeHost.StartAsync();
        var channel = host.Channel();

        using var call = new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest { Act = "hang" });
        await host.Service.Waiting.Task.Within("the handler starts");
        await channel.ShutdownAsync();

        Assert.Equal(StatusCode.Cancelled, (await ProbeHost.FailureAsync(call.ResponseAsync)).StatusCode);
        Assert.NotNull(await host.Service.Ended.Task.Within("the handler is cancelled"));
    }

    [Fact]
    public async Task Chat_ServerGoesAway_ClientLearns()
    {
        var host = await ProbeHost.StartAsync();
        using var channel = GrpcChannel.ForAddress(host.Address);

        using var call = new Probe.ProbeClient(channel).Chat();
        await call.RequestStream.WriteAsync(new ProbeRequest());
        Assert.True(await call.ResponseStream.MoveNext());
        var read = call.ResponseStream.MoveNext();
        await host.DisposeAsync();

        var error = await ProbeHost.FailureAsync(read);
        Assert.NotEqual(StatusCode.OK, error.StatusCode);
    }

    [Fact]
    public async Task Unary_DeadlinePasses_Fails()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().UnaryAsync(
            new ProbeRequest { Act = "hang" }, deadline: DateTime.UtcNow.AddMilliseconds(300));
        var error = await ProbeHost.FailureAsync(call.ResponseAsync).Within("the deadline");

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task Unary_DeadlineInThePast_FailsUnsent()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client().UnaryAsync(new ProbeRequest(), deadline: DateTime.UtcNow.AddSeconds(-1));
        var error = await ProbeHost.FailureAsync(call.ResponseAsync);

        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
        Assert.Empty(host.Service.Calls);
    }

    [Fact]
    public async Task Unary_DeadlineInLocalTime_IsRefused()
    {
        await using var host = await ProbeHost.StartAsync();

        var client = host.Client();
        Assert.Throws<ArgumentException>(() => { client.UnaryAsync(new ProbeRequest(), deadline: DateTime.Now); });
    }

    [Fact]
    public async Task Server_DeadlineAhead_IsShownToTheHandler()
    {
        await using var host = await ProbeHost.StartAsync();
        var deadline = DateTime.UtcNow.AddHours(1);

        await host.Client().UnaryAsync(new ProbeRequest(), deadline: deadline);
        await host.Client().UnaryAsync(new ProbeRequest());

        var shown = host.Service.Calls.Select(seen => seen.Deadline).ToArray();
        Assert.InRange(shown[0], deadline.AddMinutes(-1), deadline.AddMinutes(1));
        Assert.Equal(DateTime.MaxValue, shown[1]);
    }
}
