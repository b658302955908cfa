using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Node.Web;

/// <summary>
/// The local web: 127.0.0.1 only, and only for requests whose Host is this machine's own name for itself, so that no
/// page elsewhere can reach it through a browser (DNS rebinding).
/// </summary>
public sealed class LocalWeb(DaemonOptions options, Metrics metrics) : WebServer("http")
{
    private static readonly string[] OwnNames = ["127.0.0.1", "localhost", "[::1]"];

    /// <inheritdoc/>
    protected override void Listen(KestrelServerOptions kestrel) =>
        kestrel.Listen(IPAddress.Loopback, options.HttpPort);

    /// <inheritdoc/>
    protected override void Map(WebApplication app)
    {
        app.Use((context, next) => OwnNames.Contains(context.Request.Host.Host) ? next(context) : RefuseAsync(context));
        app.MapGet("/healthz", context => context.Response.WriteAsync("ok\n"));
        app.MapGet("/metrics", async context =>
        {
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            await context.Response.WriteAsync(await metrics.WriteAsync(context.RequestAborted));
        });
    }

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return context.Response.WriteAsync("this address answers only to 127.0.0.1 and localhost\n");
    }
}
