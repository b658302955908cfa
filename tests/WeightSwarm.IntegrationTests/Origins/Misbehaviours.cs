using System.Globalization;
using System.IO.Compression;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace WeightSwarm.IntegrationTests.Origins;

/// <summary>The ways in which origins are known to misbehave.</summary>
internal static class Misbehaviours
{
    private const int Times = 2;

    /// <summary>By name. Those that never end say so in their name.</summary>
    public static Misbehaviour Of(string name) => name switch
    {
        "none" => _ => Task.FromResult(false),
        "forbidden" => AtFirst(Status(403)),
        "busy" => AtFirst(Status(429, "1")),
        "error-500" => AtFirst(Status(500)),
        "error-502" => AtFirst(Status(502)),
        "error-503" => AtFirst(Status(503, "1")),
        "hangs-up" => AtFirst(HangUp),
        "silent" => AtFirst(Silent),
        "stalls" => AtFirst(Stall),
        "truncates" => AtFirst(Truncate),
        "wrong-range" => AtFirst(WrongRange),
        "wrong-length" => AtFirst(WrongLength),
        "page" => AtFirst(Page),
        "gzip" => AtFirst(Gzip),
        "no-ranges" => Whole,
        "redirects" => Redirects(int.MaxValue),
        "expires" => Redirects(uses: 1),
        "expires-in-the-middle" => Redirects(uses: 1, cuts: true),
        "redirect-loop" => AtFirst(RedirectTo("/files/"), times: 7),
        "redirect-to-private" => AtFirst(RedirectTo("http://10.255.255.1/")),
        "redirect-to-file" => AtFirst(RedirectTo("file:///etc/")),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "unknown"),
    };

    /// <summary>Gives one byte of one file wrongly, always.</summary>
    public static Misbehaviour WrongBytes(string path, int at) => async request =>
    {
        if (request.Path != path || at < request.First || at > request.Last) return false;
        var content = request.Content[request.First..(request.Last + 1)];
        content[at - request.First] ^= 1;
        request.Promise();
        await request.Response.Body.WriteAsync(content);
        return true;
    };

    private static Misbehaviour AtFirst(Func<OriginRequest, Task> how, int times = Times) => async request =>
    {
        if (request.Number > times) return false;
        await how(request);
        return true;
    };

    private static Func<OriginRequest, Task> Status(int status, string? retryAfter = null) => request =>
    {
        request.Response.StatusCode = status;
        if (retryAfter is not null) request.Response.Headers.RetryAfter = retryAfter;
        return request.Response.WriteAsync("go away");
    };

    private static Task HangUp(OriginRequest request)
    {
        request.Context.Abort();
        return Task.CompletedTask;
    }

    private static async Task Silent(OriginRequest request)
    {
        var gone = new TaskCompletionSource();
        using var _ = request.Context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    private static async Task Stall(OriginRequest request)
    {
        request.Promise();
        await request.SendAsync((request.Last - request.First + 1) / 2);
        await Silent(request);
    }

    private static async Task Truncate(OriginRequest request)
    {
        request.Promise();
        await request.SendAsync((request.Last - request.First + 1) / 2);
        request.Context.Abort();
    }

    private static async Task WrongRange(OriginRequest request)
    {
        request.Promise();
        var (first, last) = (Math.Max(0, request.First - 1), request.Last - (request.First == 0 ? 1 : 0));
        if (first == request.First && last == request.Last) last = request.First;
        request.Response.ContentLength = last - first + 1;
        request.Response.Headers.ContentRange =
            string.Create(CultureInfo.InvariantCulture, $"bytes {first}-{last}/{request.Content.Length}");
        await request.Response.Body.WriteAsync(request.Content.AsMemory(first, last - first + 1));
    }

    private static async Task WrongLength(OriginRequest request)
    {
        request.Promise();
        request.Response.Headers.ContentRange =
            $"bytes {request.First}-{request.Last}/{request.Content.Length + 1}";
        await request.SendAsync(request.Last - request.First + 1);
    }

    private static async Task Page(OriginRequest request)
    {
        var page = Encoding.UTF8.GetBytes("<html>sign in, please</html>");
        request.Response.ContentType = "text/html; charset=utf-8";
        request.Response.ContentLength = page.Length;
        await request.Response.Body.WriteAsync(page);
    }

    private static async Task Gzip(OriginRequest request)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(request.Content);
        request.Response.Headers.ContentEncoding = "gzip";
        await request.Response.Body.WriteAsync(packed.ToArray());
    }

    private static async Task<bool> Whole(OriginRequest request)
    {
        request.Response.ContentLength = request.Content.Length;
        try
        {
            await request.Response.Body.WriteAsync(request.Content);
        }
        catch (OperationCanceledException)
        {
            // The other side has the part that it wants.
        }
        return true;
    }

    private static Func<OriginRequest, Task> RedirectTo(string where) => request =>
    {
        request.Response.Redirect(where + Escaped(request.Path));
        return Task.CompletedTask;
    };

    private static string Escaped(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    /// <summary>To a signed URL, each of which is good for so many requests, and then refused with 403.</summary>
    private static Misbehaviour Redirects(int uses, bool cuts = false)
    {
        var issued = 0;
        var used = new System.Collections.Concurrent.ConcurrentDictionary<string, int>();
        return async request =>
        {
            if (request.Area == "files")
            {
                request.Response.Redirect(string.Create(CultureInfo.InvariantCulture,
                    $"/signed/{Escaped(request.Path)}?X-Amz-Expires=3600" +
                $"&X-Amz-Signature={Interlocked.Increment(ref issued)}"));
                return true;
            }
            var signature = request.Context.Request.Query["X-Amz-Signature"].ToString();
            if (used.AddOrUpdate(signature, 1, (_, n) => n + 1) > uses)
            {
                await Status(403)(request);
                return true;
            }
            if (!cuts || request.Number > Times || request.Last - request.First < 1000) return false;
            await Truncate(request);
            return true;
        };
    }
}
