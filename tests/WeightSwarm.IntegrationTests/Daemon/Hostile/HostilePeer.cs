using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Hosting;

namespace WeightSwarm.IntegrationTests.Daemon.Hostile;

/// <summary>
/// A peer with a key of its own that sends garbage as fast as it is let, up to a rate, and dials again as soon as it is
/// closed. On loopback, or in networks that are set apart for tests (RFC 2544), only.
/// </summary>
internal sealed class HostilePeer : IDisposable
{
    private const int TickMs = 10, RedialMs = 50;

    private static readonly IPNetwork _testNetwork = IPNetwork.Parse("198.18.0.0/15");

    private readonly IPEndPoint _victim;
    private readonly GarbageMaker _garbage;
    private readonly int _bytesPerTick;
    private readonly Func<TimeSpan, CancellationToken, IAsyncEnumerable<int>> _every;
    private readonly NodeKey _key = NodeKey.Generate();
    private readonly X509Certificate2 _certificate;
    private long _bytesSent, _connections;

    /// <param name="victim">Whom it attacks.</param>
    /// <param name="network">Which network it pretends to belong to.</param>
    /// <param name="kind">What it sends.</param>
    /// <param name="seed">Of what it sends.</param>
    /// <param name="bytesPerSecond">At most.</param>
    /// <param name="every">Keeps its rate.</param>
    public HostilePeer(
        IPEndPoint victim, NetworkId network, Garbage kind, int seed, int bytesPerSecond,
        Func<TimeSpan, CancellationToken, IAsyncEnumerable<int>> every)
    {
        _every = every;
        if (!IPAddress.IsLoopback(victim.Address) && !_testNetwork.Contains(victim.Address))
            throw new ArgumentException($"{victim} is neither on loopback nor in {_testNetwork}");
        _victim = victim;
        _garbage = new GarbageMaker(kind, network, seed);
        _bytesPerTick = bytesPerSecond / (1000 / TickMs);
        _certificate = SelfSignedCertificate.Create(_key, TimeProvider.System);
    }

    public NodeId Id => _key.Id;

    /// <summary>Whether the victim learns who it is, and so can ban it.</summary>
    public bool ShowsItself => _garbage.IsGrpc;

    /// <summary>Handed to the system, bytes.</summary>
    public long BytesSent => Interlocked.Read(ref _bytesSent);

    /// <summary>Times it got as far as sending.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Attacks until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var _ in _every(TimeSpan.FromMilliseconds(RedialMs), stop)) await OnceAsync(stop);
        }
        catch (OperationCanceledException)
        {
            // The attack is over.
        }
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    private async Task OnceAsync(CancellationToken stop)
    {
        try
        {
            if (_garbage.IsGrpc) await CallAsync(stop);
            else await RawAsync(stop);
        }
        catch (Exception e) when (
            e is IOException or HttpRequestException or SocketException or AuthenticationException)
        {
            // Thrown out, as it deserves.
        }
    }

    private async Task RawAsync(CancellationToken stop)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(_victim, stop);
        if (!_garbage.IsTls)
        {
            await FloodAsync(tcp.GetStream(), stop);
            return;
        }
        await using var tls = new SslStream(tcp.GetStream());
        await tls.AuthenticateAsClientAsync(Tls(), stop);
        await FloodAsync(tls, stop);
    }

    private async Task CallAsync(CancellationToken stop)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, SslOptions = Tls() };
        using var client = new HttpClient(handler);
        using var request = new HttpRequestMessage(
            HttpMethod.Post, $"https://{_victim}/weightswarm.v1.Gossip/Session")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new Body(this),
        };
        request.Headers.TE.ParseAdd("trailers");
        request.Content.Headers.ContentType = new("application/grpc");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop);
        // Its answers are read and thrown away, or it would stop itself.
        await response.Content.CopyToAsync(Stream.Null, stop);
    }

    private SslClientAuthenticationOptions Tls() => new()
    {
        EnabledSslProtocols = SslProtocols.Tls13,
        ClientCertificates = [_certificate],
        LocalCertificateSelectionCallback = (_, _, _, _, _) => _certificate,
        RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null,
    };

    private async Task FloodAsync(Stream stream, CancellationToken stop)
    {
        Interlocked.Increment(ref _connections);
        await SendAsync(stream, _garbage.Opening(), stop);
        await foreach (var _ in _every(TimeSpan.FromMilliseconds(TickMs), stop))
            for (var left = _bytesPerTick; left > 0;)
                left -= await SendAsync(stream, _garbage.Next(), stop);
    }

    private async Task<int> SendAsync(Stream stream, byte[] bytes, CancellationToken stop)
    {
        await stream.WriteAsync(bytes, stop);
        await stream.FlushAsync(stop);
        Interlocked.Add(ref _bytesSent, bytes.Length);
        return bytes.Length;
    }

    private sealed class Body(HostilePeer peer) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            peer.FloodAsync(stream, cancellationToken);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
