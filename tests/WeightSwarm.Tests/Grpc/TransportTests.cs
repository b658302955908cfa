using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using WeightSwarm.Tests.Grpc.V1;

namespace WeightSwarm.Tests.Grpc;

public sealed class TransportTests
{
    [Fact]
    public async Task UnixSocket_AllShapes_Work()
    {
        using var folder = new SocketFolder();
        await using var host = await ProbeHost.StartAsync(
            kestrel => kestrel.ListenUnixSocket(folder.Socket, listen => listen.Protocols = HttpProtocols.Http2));
        using var channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = UnixSocketHandler.Create(folder.Socket),
            DisposeHttpClient = true,
        });

        var client = new Probe.ProbeClient(channel);
        await client.UnaryAsync(new ProbeRequest());
        using var chat = client.Chat();
        await chat.RequestStream.WriteAsync(new ProbeRequest { Text = "over a file" });
        Assert.True(await chat.ResponseStream.MoveNext());

        Assert.Equal("over a file", chat.ResponseStream.Current.Text);
        Assert.All(host.Service.Calls, seen => Assert.Equal($"unix:{folder.Socket}", seen.Peer));
    }

    [Fact]
    public async Task UnixSocket_NobodyListens_IsUnavailable()
    {
        using var folder = new SocketFolder();
        using var handler = UnixSocketHandler.Create(folder.Socket);
        var options = new GrpcChannelOptions { HttpHandler = handler };
        using var channel = GrpcChannel.ForAddress("http://localhost", options);

        using var call = new Probe.ProbeClient(channel).UnaryAsync(new ProbeRequest());
        var error = await ProbeHost.FailureAsync(call.ResponseAsync);

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
    }

    [Fact]
    public async Task MutualTls_SelfSignedCertificates_BothSidesSeeTheOther()
    {
        using var serverCertificate = SelfSigned("server");
        using var clientCertificate = SelfSigned("client");
        string? seenByClient = null;
        await using var host = await StartTlsAsync(serverCertificate);
        using var handler = Handler(clientCertificate, seen =>
        {
            seenByClient = seen?.GetCertHashString();
            return true;
        });
        var client = host.Client(new GrpcChannelOptions { HttpHandler = handler });

        using var call = client.Chat();
        await call.RequestStream.WriteAsync(new ProbeRequest());
        Assert.True(await call.ResponseStream.MoveNext());

        Assert.Equal(clientCertificate.GetCertHashString(), Assert.Single(host.Service.Calls).CertificateHash);
        Assert.Equal(serverCertificate.GetCertHashString(), seenByClient);
    }

    [Fact]
    public async Task MutualTls_ClientRefusesTheCertificate_IsUnavailable()
    {
        using var certificate = SelfSigned("server");
        await using var host = await StartTlsAsync(certificate);
        using var handler = Handler(certificate, _ => false);

        var client = host.Client(new GrpcChannelOptions { HttpHandler = handler });
        var error = await ProbeHost.FailureAsync(client.UnaryAsync(new ProbeRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Empty(host.Service.Calls);
    }

    [Fact]
    public async Task MutualTls_ClientShowsNoCertificate_IsUnavailable()
    {
        using var certificate = SelfSigned("server");
        await using var host = await StartTlsAsync(certificate);
        using var handler = Handler(null, _ => true);

        var client = host.Client(new GrpcChannelOptions { HttpHandler = handler });
        var error = await ProbeHost.FailureAsync(client.UnaryAsync(new ProbeRequest()).ResponseAsync);

        Assert.Equal(StatusCode.Unavailable, error.StatusCode);
        Assert.Empty(host.Service.Calls);
    }

    [Fact]
    public async Task KeepAlive_SetOnTheHandler_LeavesCallsAlone()
    {
        await using var host = await ProbeHost.StartAsync();
        using var handler = new SocketsHttpHandler
        {
            KeepAlivePingDelay = TimeSpan.FromSeconds(1),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(20),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
        };

        var client = host.Client(new GrpcChannelOptions { HttpHandler = handler });

        Assert.Equal("ping", (await client.UnaryAsync(new ProbeRequest { Text = "ping" })).Text);
    }

    private static Task<ProbeHost> StartTlsAsync(X509Certificate2 certificate) =>
        ProbeHost.StartAsync(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.SslProtocols = SslProtocols.Tls13;
                https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
                https.ClientCertificateValidation = (_, _, _) => true;
            });
        }));

    private static SocketsHttpHandler Handler(X509Certificate2? own, Func<X509Certificate?, bool> accept)
    {
        var options = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => accept(certificate),
        };
        if (own is not null) options.ClientCertificates = [own];
        return new SocketsHttpHandler { SslOptions = options };
    }

    private static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var now = DateTimeOffset.UtcNow;
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    private sealed class SocketFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("probe");

        public string Socket => Path.Combine(_folder.FullName, "s");

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
