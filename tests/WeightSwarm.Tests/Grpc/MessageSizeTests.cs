using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using WeightSwarm.Tests.Grpc.V1;

namespace WeightSwarm.Tests.Grpc;

public sealed class MessageSizeTests
{
    private const int Limit = 10_000;
    private const int DefaultLimit = 4 << 20;

    [Fact]
    public async Task Request_OverTheServersLimit_IsResourceExhausted()
    {
        await using var host = await ProbeHost.StartAsync(limits: limits => limits.MaxReceiveMessageSize = Limit);

        await AssertExhaustedAsync(host.Client().UnaryAsync(RequestOf(Limit + 1)).ResponseAsync);
        Assert.Equal(RequestOf(Limit).Data, (await host.Client().UnaryAsync(RequestOf(Limit))).Data);
    }

    [Fact]
    public async Task Response_OverTheServersLimit_IsResourceExhausted()
    {
        await using var host = await ProbeHost.StartAsync(limits: limits => limits.MaxSendMessageSize = Limit);

        await AssertExhaustedAsync(host.Client().UnaryAsync(new ProbeRequest { ReplyBytes = Limit + 1 }).ResponseAsync);
        Assert.Single(host.Service.Calls);
    }

    [Fact]
    public async Task Request_OverTheClientsLimit_FailsUnsent()
    {
        await using var host = await ProbeHost.StartAsync();
        var client = host.Client(new GrpcChannelOptions { MaxSendMessageSize = Limit });

        await AssertExhaustedAsync(client.UnaryAsync(RequestOf(Limit + 1)).ResponseAsync);
        Assert.Empty(host.Service.Calls);
    }

    [Fact]
    public async Task StreamedRequest_OverTheClientsLimit_LeavesTheCallUsable()
    {
        await using var host = await ProbeHost.StartAsync();

        using var call = host.Client(new GrpcChannelOptions { MaxSendMessageSize = Limit }).Chat();
        await AssertExhaustedAsync(call.RequestStream.WriteAsync(RequestOf(Limit + 1)));
        await call.RequestStream.WriteAsync(RequestOf(Limit));

        Assert.True(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Response_OverTheClientsLimit_EndsTheCallOnBothSides()
    {
        await using var host = await ProbeHost.StartAsync();
        var client = host.Client(new GrpcChannelOptions { MaxReceiveMessageSize = Limit });

        using var call = client.Chat();
        await call.RequestStream.WriteAsync(new ProbeRequest { ReplyBytes = Limit + 1 });
        await AssertExhaustedAsync(call.ResponseStream.MoveNext());

        Assert.IsAssignableFrom<OperationCanceledException>(
            await host.Service.Ended.Task.Within("the handler's read ends"));
    }

    [Fact]
    public async Task Defaults_AreFourMebibytesReceivedAndAnySent()
    {
        await using var host = await ProbeHost.StartAsync();

        await AssertExhaustedAsync(host.Client().UnaryAsync(RequestOf(DefaultLimit + 1)).ResponseAsync);
        await AssertExhaustedAsync(
            host.Client().UnaryAsync(new ProbeRequest { ReplyBytes = DefaultLimit + 1 }).ResponseAsync);
        Assert.Equal(DefaultLimit - 100, (await host.Client().UnaryAsync(RequestOf(DefaultLimit))).Data.Length);
    }

    [Fact]
    public async Task NoLimit_ThirtyMebibytes_GoThereAndBack()
    {
        await using var host = await ProbeHost.StartAsync(limits: limits => limits.MaxReceiveMessageSize = null);

        using var call = host.Client(new GrpcChannelOptions { MaxReceiveMessageSize = null }).Chat();
        var request = RequestOf(40 << 20);
        await call.RequestStream.WriteAsync(request);
        Assert.True(await call.ResponseStream.MoveNext());

        Assert.Equal(request.Data, call.ResponseStream.Current.Data);
    }

    [Fact]
    public async Task ServiceOptions_OfOneService_ReplaceTheHosts()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(ProbeHost.Plain);
        builder.Services.AddGrpc(all => all.MaxReceiveMessageSize = 10)
            .AddServiceOptions<ProbeService>(probe => probe.MaxReceiveMessageSize = Limit);
        await using var app = builder.Build();
        app.MapGrpcService<ProbeService>();
        await app.StartAsync();
        using var channel = GrpcChannel.ForAddress(app.Urls.Single());

        await new Probe.ProbeClient(channel).UnaryAsync(RequestOf(Limit));
        await AssertExhaustedAsync(new Probe.ProbeClient(channel).UnaryAsync(RequestOf(Limit + 1)).ResponseAsync);
    }

    /// <summary>A request of just so many bytes.</summary>
    private static ProbeRequest RequestOf(int bytes)
    {
        var request = new ProbeRequest { Data = ByteString.CopyFrom(new byte[bytes - 100]) };
        request.Text = new string('x', bytes - request.CalculateSize() - 2);
        return request.CalculateSize() == bytes ? request : throw new InvalidOperationException("the size is off");
    }

    private static async Task AssertExhaustedAsync(Task call)
    {
        var error = await ProbeHost.FailureAsync(call);
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
    }
}
