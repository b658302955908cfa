using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using WeightSwarm.Core.Identity;
using WeightSwarm.IntegrationTests.Daemon;
using WeightSwarm.IntegrationTests.Daemon.Support;

namespace WeightSwarm.IntegrationTests.Protocol;

/// <summary>A daemon and a peer that was written from docs/protocol.md, in Python and on Debian's grpcio.</summary>
public sealed class ForeignPeerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("weightswarm-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Peer_OfAnotherImplementation_GossipsAndReconcilesWithADaemon()
    {
        await using var swarm = await Swarm.StartAsync(nodes: 1, copies: 1);
        var network = Invite.Parse(await swarm.InviteAsync(), out _)!.Network;
        using var own = OwnCertificate();
        using var server = await ServerCertificate(swarm[0].GossipPort, own);
        string[] arguments =
        [
            $"{swarm[0].GossipPort}", network.Hash.ToString(), Write("server.pem", server.ExportCertificatePem()),
            server.GetNameInfo(X509NameType.SimpleName, false), Write("own.pem", own.ExportCertificatePem()),
            Write("key.pem", own.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()),
        ];
        var saw = await Run(arguments);
        Assert.True(saw.GetProperty("settled").GetBoolean(), $"the peer saw {saw}");
        // The charter, the daemon's node record, and the peer's two.
        Assert.InRange(saw.GetProperty("records").GetInt32(), 4, 31);
    }

    private static ECDsa TestKey()
    {
        using var vectors = JsonDocument.Parse(File.ReadAllText(Beside("../../../docs/vectors/keys.json")));
        var hex = vectors.RootElement.GetProperty("keys").EnumerateArray()
            .Single(key => key.GetProperty("name").GetString()!.EndsWith(": node", StringComparison.Ordinal))
            .GetProperty("pkcs8").EnumerateArray().Select(line => line.GetString());
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(Convert.FromHexString(string.Concat(hex)), out _);
        return key;
    }

    private static X509Certificate2 OwnCertificate()
    {
        using var key = TestKey();
        var request = new CertificateRequest("CN=a second implementation", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var made = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(
            made.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
    }

    /// <summary>grpcio cannot be told to look at the key alone, so it is told to trust this one certificate.</summary>
    private static async Task<X509Certificate2> ServerCertificate(int port, X509Certificate2 own)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port);
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "node",
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            ClientCertificates = [own],
            RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null,
        });
        return X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.Export(X509ContentType.Cert));
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static async Task<JsonElement> Run(string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-B", Beside("peer.py"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"peer.py ended with {process.ExitCode}: {output}{await errors}");
        return JsonDocument.Parse(output).RootElement;
    }

    private static string Beside(string name, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, name));
}
