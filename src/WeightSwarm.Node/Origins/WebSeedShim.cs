using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Node.Origins;

/// <summary>
/// The web seed that engines are given in place of an origin: on 127.0.0.1, behind a path that nobody can guess. An
/// engine takes a file that got an error status for missing, and follows redirects to where it must not; so it gets
/// exactly the range that it asks for, or no answer at all, upon which it asks again.
/// </summary>
public sealed class WebSeedShim(OriginBook book) : WebServer("web-seed")
{
    private const string Root = "/ws/";

    /// <inheritdoc/>
    protected override void Listen(KestrelServerOptions kestrel)
    {
        kestrel.Limits.MaxRequestBodySize = 0;
        kestrel.Listen(IPAddress.Loopback, 0);
    }

    /// <inheritdoc/>
    protected override void Map(WebApplication app) => app.Run(AnswerAsync);

    internal Uri UrlOf(string token) => new($"http://127.0.0.1:{Port}{Root}{token}/");

    private async Task AnswerAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) || Find(context) is not { } found)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var (model, file) = found;
        var bytes = model.FileAt(file).Bytes;
        var header = context.Request.Headers.Range.ToString();
        if (ByteRange.Asked(header, bytes) is not { } range)
        {
            context.Response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            context.Response.Headers.ContentRange = FormattableString.Invariant($"bytes */{bytes}");
            return;
        }
        var whole = header.Length == 0;
        context.Response.StatusCode = whole ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent;
        context.Response.ContentType = "application/octet-stream";
        context.Response.ContentLength = range.Length;
        if (!whole) context.Response.Headers.ContentRange = range.ContentRange(bytes);
        await RelayAsync(context, model, file, range);
    }

    private async Task RelayAsync(HttpContext context, OriginModel model, int file, ByteRange range)
    {
        try
        {
            var done = await book.Relay.RunAsync(
                model, file, range,
                async (data, cancellation) => await context.Response.Body.WriteAsync(data, cancellation),
                context.RequestAborted);
            if (!done) context.Abort();
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The engine has what it wants, or has let go of the origin.
        }
    }

    /// <summary>From the bytes of the request: an escaped separator is none.</summary>
    private (OriginModel Model, int File)? Find(HttpContext context)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!target.StartsWith(Root, StringComparison.Ordinal) || target.Contains('?')) return null;
        var parts = target[Root.Length..].Split('/', 2);
        if (parts.Length < 2 || book.Behind(parts[0]) is not { } model) return null;
        var path = string.Join('/', parts[1].Split('/').Select(Uri.UnescapeDataString));
        var file = model.Find(path);
        return file < 0 ? null : (model, file);
    }
}
