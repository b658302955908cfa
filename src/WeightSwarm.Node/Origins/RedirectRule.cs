using System.Globalization;
using System.Web;

namespace WeightSwarm.Node.Origins;

/// <summary>How redirects are followed: by us and not by the engine, bounded, and never to less safety.</summary>
internal static class RedirectRule
{
    /// <summary>Most redirects for one request.</summary>
    public const int MostHops = 5;

    private const int LongestUrl = 8192;

    // A signed URL that is about to expire is not begun with: the signature must outlive the request.
    private const long MarginMs = 5 * 60_000, ShortestMs = 5_000, StandardMs = 10 * 60_000, LongestMs = 24 * 3600_000;

    /// <summary>Where a redirect leads; null and why it is not followed.</summary>
    public static Uri? Next(Uri from, string location, out string fault)
    {
        if (!Uri.TryCreate(from, location, out var to) || to.AbsoluteUri.Length > LongestUrl)
            fault = "it redirects to something that is no URL";
        else if (to.Scheme != Uri.UriSchemeHttps && to.Scheme != Uri.UriSchemeHttp)
            fault = $"it redirects to the scheme {to.Scheme}";
        else if (from.Scheme == Uri.UriSchemeHttps && to.Scheme != Uri.UriSchemeHttps)
            fault = $"it redirects from https to http, on {to.Host}";
        else if (to.UserInfo.Length > 0) fault = $"it redirects to {to.Host} with a user name or password";
        else fault = "";
        return fault.Length == 0 ? to : null;
    }

    /// <summary>
    /// How long a target may be used without asking the origin again: as long as its signature says (X-Amz-Expires,
    /// X-Goog-Expires in seconds; Expires, se as a time), less a margin; ten minutes when it says nothing.
    /// </summary>
    public static long LifetimeMs(Uri target, long nowUnixMs)
    {
        var query = HttpUtility.ParseQueryString(target.Query);
        long? signed = null;
        foreach (var name in new[] { "X-Amz-Expires", "X-Goog-Expires" })
            if (Number(query[name]) is { } seconds)
                signed = seconds * 1000;
        if (signed is null && Number(query["Expires"]) is { } at) signed = at * 1000 - nowUnixMs;
        if (signed is null && DateTimeOffset.TryParse(
            query["se"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var end))
            signed = end.ToUnixTimeMilliseconds() - nowUnixMs;
        if (signed is not { } life) return StandardMs;
        // One that lives for less than the margin is used for most of its life.
        var safe = life > 2 * MarginMs ? life - MarginMs : life / 2;
        return Math.Clamp(safe, ShortestMs, LongestMs);
    }

    private static long? Number(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number < 1L << 40 ? number : null;
}
