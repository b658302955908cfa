namespace WeightSwarm.Core.Catalogue;

/// <summary>
/// Where a model's files may be had over HTTP: a URL under which they lie by their paths, such as
/// https://huggingface.co/ORG/MODEL/resolve/COMMIT/. It is a source of bytes that are verified like any others, and
/// never a copy: it may be gone tomorrow. Immutable.
/// </summary>
public sealed record Origin
{
    /// <summary>Longest URL in characters.</summary>
    public const int LongestText = 512;

    private readonly Uri _prefix;

    private Origin(Uri prefix) => _prefix = prefix;

    /// <summary>Scheme, host and port: whoever answers there answers for all models that it has.</summary>
    public string Server => _prefix.GetLeftPart(UriPartial.Authority);

    /// <summary>A name, or an address without brackets.</summary>
    public string Host => _prefix.DnsSafeHost;

    /// <summary>Reads an origin; null and what is wrong with it, in words that follow the URL.</summary>
    public static Origin? Parse(string text, out string fault)
    {
        fault = FaultOf(text, out var uri);
        return fault.Length == 0 ? new Origin(uri!) : null;
    }

    /// <summary>The URL of one file.</summary>
    /// <param name="path">As in the manifest: relative, '/' between segments.</param>
    public Uri UrlOf(string path) => new(
        _prefix.AbsoluteUri + string.Join('/', path.Split('/').Select(Uri.EscapeDataString)), UriKind.Absolute);

    /// <summary>The URL with its last slash.</summary>
    public override string ToString() => _prefix.AbsoluteUri;

    private static string FaultOf(string text, out Uri? uri)
    {
        uri = null;
        if (text.Length > LongestText) return $"has {text.Length} characters; {LongestText} is the limit";
        if (text.Any(c => c is <= ' ' or > '~')) return "has characters that a URL must escape";
        if (!Uri.TryCreate(text.EndsWith('/') ? text : text + "/", UriKind.Absolute, out uri))
            return "is not an absolute URL";
        if (uri.Scheme != Uri.UriSchemeHttps && uri.Scheme != Uri.UriSchemeHttp)
            return $"has the scheme {uri.Scheme}; http and https alone are fetched from";
        if (uri.UserInfo.Length > 0) return "has a user name or password, which everybody in the network would read";
        if (text.Contains('?') || text.Contains('#')) return "has a query or a fragment; give the folder's URL alone";
        return uri.Host.Length == 0 ? "names no host" : "";
    }
}
