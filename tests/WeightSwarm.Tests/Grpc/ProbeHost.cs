using System.Net;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WeightSwarm.Tests.Grpc.V1;

namespace WeightSwarm.Tests.Grpc;

/// <summary>Kestrel in this process with one <see cref="ProbeService"/>, and clients of it.</summary>
internal sealed class ProbeHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly List<GrpcChannel> _channels = [];

    private ProbeHost(WebApplication app, ProbeService service)
    {
        _app = app;
        Service = service;
    }

    public ProbeService Service { get; }

    public string Address => _app.Urls.Single();

    public int Port => new Uri(Address).Port;

    /// <summary>HTTP/2 without encryption on a free port of 127.0.0.1.</summary>
    public static void Plain(KestrelServerOptions kestrel) =>
        kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);

    public static async Task<ProbeHost> StartAsync(
        Action<KestrelServerOptions>? listen = null,
        Action<GrpcServiceOptions>? limits = null,
        Action<WebApplication>? map = null)
    {
        var service = new ProbeService();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(listen ?? Plain);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddGrpc(limits ?? (_ => { }));
        builder.Services.AddSingleton(service);
        var app = builder.Build();
        if (map is null) app.MapGrpcService<ProbeService>();
        else map(app);
        await app.StartAsync();
        return new ProbeHost(app, service);
    }

    /// <summary>A client on a channel of its own, which the host disposes.</summary>
    public Probe.ProbeClient Client(GrpcChannelOptions? options = null) => new(Channel(options));

    public GrpcChannel Channel(GrpcChannelOptions? options = null, string? address = null)
    {
        var channel = GrpcChannel.ForAddress(address ?? Address, options ?? new GrpcChannelOptions());
        _channels.Add(channel);
        return channel;
    }

    public async ValueTask DisposeAsync()
    {
        Service.Release();
        foreach (var channel in _channels) channel.Dispose();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    /// <summary>The exception of a call that must fail.</summary>
    public static async Task<RpcException> FailureAsync(Task call) =>
        await Assert.ThrowsAsync<RpcException>(() => call);
}
