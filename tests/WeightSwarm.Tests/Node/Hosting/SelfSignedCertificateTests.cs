using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using WeightSwarm.Core.Identity;
using WeightSwarm.Node.Hosting;
using WeightSwarm.Tests.Node.Store;

namespace WeightSwarm.Tests.Node.Hosting;

public sealed class SelfSignedCertificateTests
{
    private static readonly StandingTime Time = new(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    [Fact]
    public void Create_Key_HasItsIdAndItsYears()
    {
        using var key = NodeKey.Generate();
        using var certificate = SelfSignedCertificate.Create(key, Time);
        Assert.Equal($"CN={key.Id}", certificate.Subject);
        Assert.Equal(key.PublicKey, certificate.PublicKey.ExportSubjectPublicKeyInfo());
        Assert.True(certificate.HasPrivateKey);
        var now = Time.GetUtcNow().UtcDateTime;
        Assert.InRange(certificate.NotBefore.ToUniversalTime(), now.AddDays(-1).AddSeconds(-2), now.AddDays(-1));
        Assert.InRange(certificate.NotAfter.ToUniversalTime(), now.AddYears(10).AddSeconds(-2), now.AddYears(10));
    }

    [Fact]
    public async Task Create_TwoKeys_MeetOverMutualTls13()
    {
        using var serverKey = NodeKey.Generate();
        using var clientKey = NodeKey.Generate();
        using var serverCertificate = SelfSignedCertificate.Create(serverKey, Time);
        using var clientCertificate = SelfSignedCertificate.Create(clientKey, Time);
        serverKey.Dispose();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        var accepting = listener.AcceptTcpClientAsync();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var server = await accepting;
        NodeId? seenByServer = null, seenByClient = null;

        await using var serverTls = new SslStream(server.GetStream());
        await using var clientTls = new SslStream(client.GetStream());
        var serverSide = serverTls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificate = serverCertificate,
            ClientCertificateRequired = true,
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, c, _, _) => See(c, out seenByServer),
        });
        await clientTls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = $"{serverKey.Id}",
            ClientCertificates = [clientCertificate],
            EnabledSslProtocols = SslProtocols.Tls13,
            RemoteCertificateValidationCallback = (_, c, _, _) => See(c, out seenByClient),
        });
        await serverSide;
        await serverTls.WriteAsync("hello"u8.ToArray());
        var got = new byte[5];
        await clientTls.ReadExactlyAsync(got);

        Assert.Equal("hello"u8.ToArray(), got);
        Assert.Equal(SslProtocols.Tls13, clientTls.SslProtocol);
        Assert.Equal((serverKey.Id, clientKey.Id), (seenByClient, seenByServer));
    }

    private static bool See(X509Certificate? certificate, out NodeId? id)
    {
        id = certificate is X509Certificate2 c ? NodeId.Of(c.PublicKey.ExportSubjectPublicKeyInfo()) : null;
        return id is not null;
    }
}
