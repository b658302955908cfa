using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using WeightSwarm.Tests.Grpc.V1;

namespace WeightSwarm.Tests.Grpc;

public sealed class HostingTests
{
    [Fact]
    public async Task Definition_OfOneInstance_IsServedWithItsOwnLimits()
    {
        var service = new ProbeService();
        var limits = new GrpcServiceOptions { MaxReceiveMessageSize = 10 };
        await using var host = await ProbeHost.StartAsync(
            map: app => app.MapGrpcService(Probe.BindService(service), limits));

        await host.Client().UnaryAsync(new ProbeRequest { Text = "direct" });
        using var large = host.Client().UnaryAsync(new ProbeRequest { Text = "more than ten" });

        Assert.Equal(StatusCode.ResourceExhausted, (await ProbeHost.FailureAsync(large.ResponseAsync)).StatusCode);
        Assert.Equal("/weightswarm.tests.v1.Probe/Unary", Assert.Single(service.Calls).Method);
    }

    [Fact]
    public async Task Service_UnknownToTheContainer_IsMadeAndDisposedWithEachCall()
    {
        var lives = new Lives();
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(ProbeHost.Plain);
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(lives);
        await using var app = builder.Build();
        app.MapGrpcService<ShortLived>();
        await app.StartAsync();
        using var channel = GrpcChannel.ForAddress(app.Urls.Single());

        for (var i = 1; i <= 3; i++)
        {
            await new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest());
            Assert.Equal((i, i), (lives.Begun, lives.Ended));
        }
    }

    [Fact]
    public async Task Service_ThatOverridesNothing_IsUnimplemented()
    {
        await using var host = await ProbeHost.StartAsync(map: app => app.MapGrpcService<Empty>());

        using var call = host.Client().Chat();
        var error = await ProbeHost.FailureAsync(call.ResponseStream.MoveNext());

        Assert.Equal(StatusCode.Unimplemented, error.StatusCode);
    }

    [Fact]
    public async Task Service_WithoutAGeneratedBase_IsRefusedByName()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();

        var error = Assert.Throws<InvalidOperationException>(() => app.MapGrpcService<Lives>());

        Assert.Contains(nameof(Lives), error.Message, StringComparison.Ordinal);
    }

    private sealed class Lives
    {
        public int Begun { get; set; }

        public int Ended { get; set; }
    }

    private sealed class Empty : Probe.ProbeBase;

    private sealed class ShortLived : Probe.ProbeBase, IDisposable
    {
        private readonly Lives _lives;

        public ShortLived(Lives lives)
        {
            _lives = lives;
            _lives.Begun++;
        }

        public override Task<ProbeReply> Unary(ProbeRequest request, ServerCallContext context) =>
            Task.FromResult(new ProbeReply());

        public void Dispose() => _lives.Ended++;
    }
}
