using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using WeightSwarm.Core.Identity;
using WeightSwarm.IntegrationTests.Daemon.Support;
using WeightSwarm.V1;

namespace WeightSwarm.IntegrationTests.Daemon;

/// <summary>The doors of a daemon: local web, control socket, gossip port.</summary>
public sealed class DoorTests(DoorTests.Fixture fixture) : IClassFixture<DoorTests.Fixture>
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly DaemonProcess _daemon = fixture.Daemon;

    /// <summary>One founder.</summary>
    public sealed class Fixture : IAsyncLifetime, IDisposable
    {
        private readonly WorkFolder _folder = new();

        internal DaemonProcess Daemon { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Daemon = await DaemonProcess.StartAsync(_folder.At("state"));
            await Daemon.AskAsync("network", "create", "doors", "--pace", "drill");
        }

        public async Task DisposeAsync() => await Daemon.DisposeAsync();

        public void Dispose() => _folder.Dispose();
    }

    [Fact]
    public async Task LocalWeb_Answers_ToThisMachineOnly()
    {
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("healthz", "127.0.0.1"));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("healthz", "localhost")).Status);
        var (status, page) = await GetAsync("metrics", "127.0.0.1");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("\nweightswarm_slices_held 0\n", page, StringComparison.Ordinal);
        foreach (var path in new[] { "healthz", "metrics" })
            Assert.Equal(HttpStatusCode.MisdirectedRequest, (await GetAsync(path, "attacker.example")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("weightswarm.v1.Control/Status", "127.0.0.1")).Status);
    }

    [Fact]
    public void ControlSocket_IsOpen_ToOwnerAndGroupOnly()
    {
        var mode = File.GetUnixFileMode(Path.Combine(_daemon.State, "control.sock"));
        Assert.Equal("660", Convert.ToString((int)mode, 8));
        Assert.Equal("600", Convert.ToString((int)File.GetUnixFileMode(Path.Combine(_daemon.State, "node.key")), 8));
    }

    [Fact]
    public async Task GossipPort_WithoutACertificate_Refuses()
    {
        using var channel = Channel(certificate: null);
        using var call = new V1.Gossip.GossipClient(channel).Session();
        await Assert.ThrowsAnyAsync<RpcException>(() => call.ResponseStream.MoveNext().WaitAsync(_patience));
    }

    [Fact]
    public async Task GossipPort_ForAnotherNetwork_Closes_AndRemembersNothing()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=stranger", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var channel = Channel(certificate);
        using var call = new V1.Gossip.GossipClient(channel).Session();
        await call.RequestStream.WriteAsync(new Frame
        {
            Hello = new Hello { NetworkId = ByteString.CopyFrom(new byte[32]), Protocol = 1, GossipPort = 1 },
        });
        var last = new Frame();
        try
        {
            while (await call.ResponseStream.MoveNext().WaitAsync(_patience)) last = call.ResponseStream.Current;
        }
        catch (RpcException)
        {
            // However it ends: the last word is what counts.
        }
        Assert.Equal(Frame.KindOneofCase.Close, last.KindCase);
        Assert.Contains("another network", last.Close.Reason, StringComparison.Ordinal);
        var peers = await _daemon.AskAsync("peers");
        Assert.Equal(0, peers.GetProperty("peers").GetArrayLength());
    }

    private async Task<(HttpStatusCode Status, string Body)> GetAsync(string path, string host)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_daemon.HttpPort}/{path}");
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Host = host;
        using var response = await client.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private GrpcChannel Channel(X509Certificate2? certificate) => GrpcChannel.ForAddress(
        string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{_daemon.GossipPort}"), new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                UseProxy = false,
                SslOptions = new SslClientAuthenticationOptions
                {
                    ClientCertificates = certificate is null ? [] : [certificate],
                    LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate!,
                    // Self-signed by rule: the key is what counts.
                    RemoteCertificateValidationCallback = (_, presented, _, _) =>
                        presented is X509Certificate2 one && IdOf(one) == _daemon.Id,
                },
            },
            DisposeHttpClient = true,
        });

    private static string IdOf(X509Certificate2 certificate) =>
        NodeId.Of(certificate.PublicKey.ExportSubjectPublicKeyInfo()).ToString();
}
