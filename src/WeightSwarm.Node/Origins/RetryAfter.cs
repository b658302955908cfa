using System.Globalization;
using System.Net.Http.Headers;

namespace WeightSwarm.Node.Origins;

/// <summary>How long a server asks to be left alone.</summary>
internal static class RetryAfter
{
    /// <summary>
    /// The longest of Retry-After (RFC 9110, seconds or a date) and the remaining time of a RateLimit field
    /// ("t=" in seconds, draft-ietf-httpapi-ratelimit-headers); 0 for neither.
    /// </summary>
    public static long Ms(HttpResponseHeaders headers, DateTimeOffset now)
    {
        var asked = headers.RetryAfter switch
        {
            { Delta: { } delta } => (long)delta.TotalMilliseconds,
            { Date: { } date } => (long)(date - now).TotalMilliseconds,
            _ => 0,
        };
        if (headers.TryGetValues("RateLimit", out var fields))
            foreach (var part in fields.SelectMany(field => field.Split(';', ',')))
                if (part.Trim() is ['t', '=', .. var seconds]
                    && int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var left))
                    asked = Math.Max(asked, (left + 1) * 1000L);
        return Math.Max(0, asked);
    }
}
