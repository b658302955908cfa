using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace WeightSwarm.IntegrationTests.Origins;

/// <summary>What an origin under test does with one request; answers whether it has answered it.</summary>
internal delegate Task<bool> Misbehaviour(OriginRequest request);

/// <summary>One request to an origin under test.</summary>
/// <param name="Context">Of the server.</param>
/// <param name="Area">"files", or "signed" for where files are redirected to.</param>
/// <param name="Path">The file's path.</param>
/// <param name="Content">The file's bytes.</param>
/// <param name="Number">From 1, over all requests to the area.</param>
/// <param name="First">First byte asked for.</param>
/// <param name="Last">Last byte asked for.</param>
internal sealed record OriginRequest(
    HttpContext Context, string Area, string Path, byte[] Content, int Number, int First, int Last)
{
    public HttpResponse Response => Context.Response;

    /// <summary>The headers of the right answer.</summary>
    public void Promise()
    {
        Response.StatusCode = StatusCodes.Status206PartialContent;
        Response.ContentType = "application/octet-stream";
        Response.ContentLength = Last - First + 1;
        Response.Headers.ContentRange = FormattableString.Invariant($"bytes {First}-{Last}/{Content.Length}");
    }

    /// <summary>So many of the bytes that were asked for, from the first on.</summary>
    public async Task SendAsync(int count)
    {
        await Response.Body.WriteAsync(Content.AsMemory(First, count));
        await Response.Body.FlushAsync();
    }
}

/// <summary>An HTTP server on loopback that has a model's files, and misbehaves as it is told.</summary>
internal sealed class OriginUnderTest : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Func<string, byte[]?> _files;
    private readonly Misbehaviour _misbehave;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly ConcurrentDictionary<string, int> _counts = new();

    private OriginUnderTest(Func<string, byte[]?> files, Misbehaviour misbehave)
    {
        (_files, _misbehave) = (files, misbehave);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>Under which the files lie.</summary>
    public string Url => Root + "files/";

    public string Root => _app.Urls.Single() + "/";

    /// <summary>What was asked for, in order: area, path and range.</summary>
    public IReadOnlyList<string> Log => [.. _log];

    public int Requests(string area) => _counts.GetValueOrDefault(area);

    public static async Task<OriginUnderTest> StartAsync(Func<string, byte[]?> files, Misbehaviour? misbehave = null)
    {
        var origin = new OriginUnderTest(files, misbehave ?? (_ => Task.FromResult(false)));
        await origin._app.StartAsync();
        return origin;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var parts = context.Request.Path.Value!.TrimStart('/').Split('/', 2);
        var (area, path) = (parts[0], parts[^1]);
        var range = context.Request.GetTypedHeaders().Range?.Ranges.Single();
        _log.Enqueue($"{area} {path} {range}");
        if (_files(path) is not { Length: > 0 } content || range is null)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        var request = new OriginRequest(
            context, area, path, content, _counts.AddOrUpdate(area, 1, (_, n) => n + 1),
            (int)range.From!.Value, (int)range.To!.Value);
        if (await _misbehave(request)) return;
        request.Promise();
        await request.SendAsync(request.Last - request.First + 1);
    }
}
