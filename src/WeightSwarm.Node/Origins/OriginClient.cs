using System.Net;
using System.Net.Sockets;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.Node.Origins;

/// <summary>
/// The HTTP client that origins are asked with: no cookies, no credentials, no proxy, no redirects of its own, nothing
/// decoded, and connections only to addresses that the rule allows, after names have been resolved.
/// </summary>
internal sealed class OriginClient : IDisposable
{
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(15), IdleFor = TimeSpan.FromSeconds(60);
    private readonly Func<AddressRule> _rule;
    private readonly HttpMessageInvoker _http;

    /// <param name="rule">Asked at each connection.</param>
    public OriginClient(Func<AddressRule> rule)
    {
        _rule = rule;
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
            // A proxy would resolve names itself, and connect to whatever they mean there.
            UseProxy = false,
            Credentials = null,
            ActivityHeadersPropagator = null,
            ConnectTimeout = ConnectWithin,
            PooledConnectionIdleTimeout = IdleFor,
            MaxResponseHeadersLength = 32,
            // What is left of an answer that is not wanted is not read.
            MaxResponseDrainSize = 0,
            ConnectCallback = ConnectAsync,
        });
    }

    /// <summary>Asks for a range; answers with the headers, before the body.</summary>
    /// <exception cref="HttpRequestException">There is no answer.</exception>
    /// <exception cref="OriginAddressException">The name leads only to addresses that are not allowed.</exception>
    public async Task<HttpResponseMessage> GetAsync(Uri url, ByteRange range, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Range = new System.Net.Http.Headers.RangeHeaderValue(range.First, range.Last);
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "identity");
        request.Headers.TryAddWithoutValidation("User-Agent", $"WeightSwarm/{DaemonVersion.Text}");
        try
        {
            return await _http.SendAsync(request, cancellation);
        }
        catch (HttpRequestException e) when (e.InnerException is OriginAddressException refused)
        {
            throw refused;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var rule = _rule();
        var allowed = (await AddressesOf(host, rule, cancellation)).Where(rule.Allows).ToArray();
        if (allowed.Length == 0) throw new OriginAddressException(
            $"{host} is not a server on the internet, and this daemon fetches from no other" +
            (rule.Public ? " unless it is started with --local-origins" : ": it listens on loopback only"));
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<IPAddress[]> AddressesOf(string host, AddressRule rule, CancellationToken cancellation)
    {
        if (IPAddress.TryParse(host.Trim('[', ']'), out var literal)) return [literal];
        // A daemon that stays on loopback asks no name server either.
        if (!rule.Public && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return [];
        return await Dns.GetHostAddressesAsync(host, cancellation);
    }
}

/// <summary>A name leads only to addresses that origins may not lead to.</summary>
public sealed class OriginAddressException : IOException
{
    /// <summary>With what is wrong, in words.</summary>
    public OriginAddressException(string message) : base(message)
    {
    }

    /// <summary>With a cause.</summary>
    public OriginAddressException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>Without words.</summary>
    public OriginAddressException()
    {
    }
}
