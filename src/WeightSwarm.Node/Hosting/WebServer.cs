using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace WeightSwarm.Node.Hosting;

/// <summary>
/// One listener with services of its own. Gossip, control and the local web are three of these and not three routes of
/// one, so that no request to one port can ever reach another's services.
/// </summary>
public abstract class WebServer(string name) : IHostedService, IAsyncDisposable
{
    private WebApplication? _app;

    /// <summary>The TCP port that it has; 0 before the start and for a Unix socket.</summary>
    public int Port { get; private set; }

    /// <summary>Says where to listen.</summary>
    protected abstract void Listen(KestrelServerOptions kestrel);

    /// <summary>Says what answers there.</summary>
    protected abstract void Map(WebApplication app);

    /// <summary>Called once it listens.</summary>
    protected virtual void Started()
    {
    }

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            Listen(kestrel);
        });
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddRoutingCore();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(2));
        _app = builder.Build();
        _app.UseRouting();
        Map(_app);
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (IOException e) when (e.InnerException is AddressInUseException)
        {
            throw new SetupException(
                $"the {name} port is in use ({e.Message}); " +
                $"stop what listens there, or choose another with --{name}-port");
        }
        Port = PortOf(_app);
        Started();
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_app is not null) await _app.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private static int PortOf(WebApplication app)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses
            ?? [];
        var ports = addresses.Select(a => Uri.TryCreate(a, UriKind.Absolute, out var uri) ? uri.Port : 0);
        return ports.FirstOrDefault(p => p > 0);
    }
}
