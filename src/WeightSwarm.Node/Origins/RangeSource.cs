using System.Net.Sockets;
using WeightSwarm.Core.Catalogue;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Node.Origins;

/// <summary>An answer of an origin that is what was asked for, its body at the first wanted byte.</summary>
internal sealed class RangeAnswer(HttpResponseMessage response, Stream body, long skip) : IDisposable
{
    public Stream Body => body;

    /// <summary>Bytes before the first wanted one.</summary>
    public long Skip => skip;

    public void Dispose() => response.Dispose();
}

/// <summary>
/// Asks an origin for a range once, following its redirects, and asking the origin itself anew when the place that it
/// redirected to before refuses.
/// </summary>
internal sealed class RangeSource(OriginClient client, Clock clock)
{
    /// <summary>The answer, or what is wrong.</summary>
    public async Task<(RangeAnswer? Answer, OriginTrouble? Trouble)> OpenAsync(
        OriginModel model, int file, ByteRange range, Pace pace, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(pace.OriginStallMs), clock.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        var trouble = new OriginTrouble(OriginFault.Stalled, "it does not answer");
        try
        {
            (var answer, trouble) = await FollowAsync(model, file, range, either.Token);
            if (answer is not null) return (answer, null);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // Its time is over.
        }
        catch (OriginAddressException e)
        {
            trouble = new OriginTrouble(OriginFault.NotAllowed, e.Message);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            trouble = new OriginTrouble(OriginFault.Failing, $"it cannot be reached: {e.Message}");
        }
        // The origin may know a better place by now.
        model.ForgetTarget(file);
        return (null, trouble);
    }

    private async Task<(RangeAnswer?, OriginTrouble?)> FollowAsync(
        OriginModel model, int file, ByteRange range, CancellationToken cancellation)
    {
        var url = model.UrlOf(file, clock.Now.MonotonicMs);
        for (var hops = 0; hops <= RedirectRule.MostHops; hops++)
        {
            var response = await client.GetAsync(url, range, cancellation);
            if (LocationOf(response) is { } location)
            {
                response.Dispose();
                if (RedirectRule.Next(url, location, out var fault) is not { } next)
                    return (null, new OriginTrouble(OriginFault.NotAllowed, fault));
                url = next;
                continue;
            }
            if (hops == 0 && model.IsRedirected(file, url) && !response.IsSuccessStatusCode)
            {
                // What it was redirected to earlier has expired, or moved: the origin says where it is now.
                response.Dispose();
                model.ForgetTarget(file);
                url = model.Origin.UrlOf(model.FileAt(file).Path);
                continue;
            }
            var (answer, trouble) = await JudgeAsync(model, file, range, response, cancellation);
            if (answer is not null && hops > 0) Remember(model, file, url);
            return (answer, trouble);
        }
        return (null, new OriginTrouble(
            OriginFault.NotAllowed, $"it redirects more than {RedirectRule.MostHops} times"));
    }

    private async Task<(RangeAnswer?, OriginTrouble?)> JudgeAsync(
        OriginModel model, int file, ByteRange range, HttpResponseMessage response, CancellationToken cancellation)
    {
        var known = model.FileAt(file);
        if (AnswerRule.Judge(response, range, known.Path, known.Bytes, clock.Time.GetUtcNow()) is not { } trouble)
            return (new RangeAnswer(
                response, await response.Content.ReadAsStreamAsync(cancellation),
                AnswerRule.Skip(response, range)), null);
        response.Dispose();
        return (null, trouble);
    }

    private void Remember(OriginModel model, int file, Uri target)
    {
        // From an origin that answers itself now there is nothing to remember.
        if (target == model.Origin.UrlOf(model.FileAt(file).Path)) return;
        var now = clock.Now;
        model.Redirected(file, target, now.MonotonicMs + RedirectRule.LifetimeMs(target, now.UnixMs));
    }

    private static string? LocationOf(HttpResponseMessage response) =>
        (int)response.StatusCode is 301 or 302 or 303 or 307 or 308
            && response.Headers.TryGetValues("Location", out var values) ? values.FirstOrDefault() : null;
}
